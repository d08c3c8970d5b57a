"""Lines are read one by one, and a bad one is named without losing the others."""

import gzip
from pathlib import Path

import pytest

from model.errors import InputError
from training.lines import Line, read_lines, read_rows


def test_bad_lines_are_marked_and_good_ones_kept(tmp_path: Path) -> None:
    """Blank lines are passed over, and line numbers count them."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": \n7\n{"a": 2}')
    lines = list(read_lines(path))
    assert [line.where for line in lines] == [f"{path}:{number}" for number in (1, 3, 4, 5)]
    assert [line.row for line in lines] == [{"a": 1}, {}, {}, {"a": 2}]
    assert [bool(line.problem) for line in lines] == [False, True, True, False]


def test_gzip_reads_alike(tmp_path: Path) -> None:
    """A gzipped file gives the same lines."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n'))
    assert list(read_lines(path)) == [Line(f"{path}:1", {"a": 1})]


def test_rows_stop_at_the_first_bad_line(tmp_path: Path) -> None:
    """Whoever needs every line is told of the first that is none."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"a": 1}\nnull\n')
    rows = read_rows(path)
    assert next(rows) == (f"{path}:1", {"a": 1})
    with pytest.raises(InputError, match=r"a\.jsonl:2: not a JSON object but NoneType"):
        next(rows)


def test_folder_is_no_file(tmp_path: Path) -> None:
    """A folder given for a file is named."""
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        list(read_lines(tmp_path))
