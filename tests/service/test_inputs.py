"""Files of posts are read whole: what cannot be read is named, with file and line."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import InputError
from model.lines import format_object, parse_object
from service.inputs import InputRow, find_inputs, read_chunks, read_rows


def rows(path: Path, size: int = 100) -> list[InputRow]:
    """Read a file through."""
    return [row for chunk in read_chunks(path, size) for row in read_rows(chunk)]


def write(path: Path, *lines: bytes) -> Path:
    """Write raw lines."""
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"nonsense", "not JSON"),
        (b"[1, 2]", "not a JSON object but list"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b'{"id": "1"}', "text: a post needs its text"),
        (b'{"text": null}', "text: a post needs its text"),
        (b'{"text": 5}', "text: must be a string, not a number"),
        (b'{"text": "ok ok", "url": ["x"]}', "url: must be a string, not a list"),
        (b'{"text": "  "}', "text is empty"),
        (b'{"text": "' + b"x" * 1_000_000 + b'"}', "1,000,000 characters"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_an_error_of_its_own(tmp_path: Path, line: bytes, message: str) -> None:
    """The lines around it are read all the same."""
    path = write(tmp_path / "posts.jsonl", b'{"text": "before"}', line, b'{"text": "after"}')
    before, bad, after = rows(path)
    assert before.post
    assert after.post
    assert bad.post is None
    assert message in str(bad.error)
    assert bad.line == 2


def test_hostile_text_is_read_as_it_is(tmp_path: Path) -> None:
    """NULs, lone surrogates, emoji: all are text."""
    path = write(tmp_path / "posts.jsonl", rb'{"text": "a\u0000b \ud800 \ud83d\udea4"}')
    assert rows(path)[0].post
    assert rows(path)[0].post.text == "a\x00b \ud800 🚤"


def test_extra_columns_are_carried(tmp_path: Path) -> None:
    """Whatever else a line holds comes along."""
    path = write(tmp_path / "posts.jsonl", b'{"id": 7, "text": "ok", "followers": 3, "platform": "x"}')
    row = rows(path)[0]
    assert row.post
    assert row.post.id == "7"
    assert row.extra == {"followers": 3, "platform": "x"}


def test_gzipped_lines_are_read(tmp_path: Path) -> None:
    """A .gz suffix is all that it takes."""
    path = tmp_path / "posts.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "one"}\n{"text": "two"}\n'))
    assert [row.post.text for row in rows(path) if row.post] == ["one", "two"]


def test_a_truncated_gzip_names_the_line(tmp_path: Path) -> None:
    """What came before the break is kept; the error says where it broke."""
    path = tmp_path / "posts.jsonl.gz"
    content = gzip.compress(b"".join(b'{"text": "%d"}\n' % number for number in range(20_000)))
    path.write_bytes(content[: len(content) // 2])
    chunks = read_chunks(path, 100)
    assert len(next(chunks).rows) == 100
    with pytest.raises(InputError, match=r"posts\.jsonl\.gz:\d+: cannot be read further"):
        list(chunks)


def test_csv_cells_become_fields(tmp_path: Path) -> None:
    """Quoted line breaks and a byte-order mark are no trouble; empty cells are absent."""
    lines = (b"\xef\xbb\xbfid,text,platform,note", b'1,"two', b'lines",x,', b"2,plain,,n")
    path = write(tmp_path / "posts.csv", *lines)
    first, second = rows(path)
    assert first.post
    assert first.post.text == "two\nlines"
    assert first.extra == {"platform": "x"}
    assert second.extra == {"note": "n"}


def test_csv_bytes_that_are_no_utf8_fail_their_row_only(tmp_path: Path) -> None:
    """The next row is read."""
    first, second = rows(write(tmp_path / "posts.csv", b"id,text", b"1,\xff\xfe", b"2,fine"))
    assert str(first.error) == "not UTF-8"
    assert second.post


def test_csv_without_a_text_column_is_refused(tmp_path: Path) -> None:
    """The message names the file and the column."""
    with pytest.raises(InputError, match=r"posts\.csv: there is no column `text`"):
        rows(write(tmp_path / "posts.csv", b"id,body", b"1,x"))


def test_csv_with_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    """One of them would be lost in silence."""
    with pytest.raises(InputError, match=r"posts\.csv: more than one column is named `likes`"):
        rows(write(tmp_path / "posts.csv", b"text,likes,likes", b"x,1,2"))


def test_a_quote_that_is_never_closed_fails_its_row(tmp_path: Path) -> None:
    """The rows that it swallows are not scored as one post in silence."""
    first, second = rows(write(tmp_path / "posts.csv", b"id,text", b'1,"a\nb"', b'2,"open', b"3,lost"))
    assert first.post
    assert first.post.text == "a\nb"
    assert str(second.error) == "the quote that opens in line 4 is never closed"


def test_csv_with_a_huge_cell_is_read(tmp_path: Path) -> None:
    """A megabyte in a cell is an over-long text, not a failed file."""
    first, second = rows(write(tmp_path / "posts.csv", b"text", b"x" * 1_000_000, b"fine"))
    assert "1,000,000" in str(first.error)
    assert second.post


def test_parquet_rows_keep_their_table(tmp_path: Path) -> None:
    """Chunks of a Parquet file carry their columns as they were."""
    path = tmp_path / "posts.parquet"
    pq.write_table(pa.table({"text": ["a b", None, "c d"], "n": [1, 2, 3]}), path)
    chunks = list(read_chunks(path, 2))
    assert [list(chunk.lines) for chunk in chunks] == [[1, 2], [3]]
    assert [row.post is not None for chunk in chunks for row in read_rows(chunk)] == [True, False, True]


def test_a_parquet_file_that_is_none_is_named(tmp_path: Path) -> None:
    """Truncated and foreign files give a clear error."""
    path = tmp_path / "posts.parquet"
    pq.write_table(pa.table({"text": ["a"] * 1000}), path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"not parquet at all"):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"posts\.parquet: not a readable Parquet file"):
            rows(path)


def test_parquet_without_a_text_column_is_refused(tmp_path: Path) -> None:
    """The message names the column."""
    path = tmp_path / "posts.parquet"
    pq.write_table(pa.table({"body": ["a"]}), path)
    with pytest.raises(InputError, match="no column `text`"):
        rows(path)


def test_parquet_with_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    """Which of them was meant nobody knows."""
    path = tmp_path / "posts.parquet"
    pq.write_table(pa.table([pa.array(["a"])] * 2, names=["text", "text"]), path)
    with pytest.raises(InputError, match=r"posts\.parquet: more than one column is named `text`"):
        rows(path)


def test_rows_before_a_break_are_given_out(tmp_path: Path) -> None:
    """Even those of the chunk in which the file broke."""
    path = tmp_path / "posts.csv.gz"
    content = gzip.compress(b"text\n" + b"".join(b"number %d\n" % number for number in range(20_000)))
    path.write_bytes(content[: len(content) // 2])
    chunks = read_chunks(path, 1_000_000)
    assert len(next(chunks).rows) > 5_000
    with pytest.raises(InputError, match=r"posts\.csv\.gz:\d+: cannot be read further"):
        next(chunks)


def test_numbers_that_are_none_are_gaps(tmp_path: Path) -> None:
    """NaN has no form in JSON; it must not spoil the lines that we write."""
    path = write(tmp_path / "posts.jsonl", b'{"text": "ok", "likes": NaN, "deep": [NaN], "shares": 1.5}')
    assert rows(path)[0].extra == {"likes": None, "deep": [None], "shares": 1.5}


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    """Readable files below a folder are found in order; others are left alone."""
    (tmp_path / "deep").mkdir()
    for name in ("b.jsonl", "a.csv", "deep/c.parquet", "README.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in find_inputs([tmp_path])] == ["a.csv", "b.jsonl", "c.parquet"]


@pytest.mark.parametrize(
    ("name", "message"), [("gone.jsonl", "does not exist"), ("notes.txt", "unknown format")]
)
def test_unusable_paths_are_named(tmp_path: Path, name: str, message: str) -> None:
    """Before anything is scored."""
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(InputError, match=f"{name}.*{message}"):
        find_inputs([tmp_path / name])


def test_lines_written_can_be_read() -> None:
    """Surrogates go through JSON escapes."""
    row = {"text": "\ud800 é"}
    assert parse_object(format_object(row)) == row
    assert json.loads(format_object({"a": "é"})) == {"a": "é"}
