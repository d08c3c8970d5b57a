"""The public sets are read as published, and only what may be taken is taken."""

import gzip
import json
import lzma
from pathlib import Path

import pytest

from model.errors import InputError
from training.sources import SOURCES, Source, read_rows

ROWS = [
    {"text": "hello", "language": "eng", "label": "ham"},
    {"text": "win money", "language": "eng", "label": "spam"},
    {"text": "kedu", "language": "ibo", "label": "ham"},
    {"text": "salut &amp; merci", "language": "fra", "label": "ham"},
]


def _bytes() -> bytes:
    return "\n".join(map(json.dumps, ROWS)).encode()


def test_takes_only_wanted_rows_of_our_languages(tmp_path: Path) -> None:
    """Rows of other languages or labels are left out, and texts stay as published."""
    (tmp_path / "set.jsonl").write_bytes(_bytes())
    languages = {"eng": "en", "fra": "fr"}
    source = Source("set", "set.jsonl", "Set", "https://example.org", "MIT", languages, only={"label": "ham"})
    assert list(source.posts(tmp_path)) == [("en", "hello"), ("fr", "salut &amp; merci")]


def test_reads_plain_gzip_and_xz(tmp_path: Path) -> None:
    """The three ways in which sets are packed give the same rows."""
    packed = {
        "a.jsonl": _bytes(),
        "a.jsonl.gz": gzip.compress(_bytes()),
        "a.jsonl.xz": lzma.compress(_bytes()),
    }
    for name, content in packed.items():
        (tmp_path / name).write_bytes(content)
        assert list(read_rows(tmp_path / name)) == ROWS


def test_reading_a_source_names_a_damaged_file(tmp_path: Path) -> None:
    """A set that is not xz is refused by name."""
    path = tmp_path / "data.jsonl.xz"
    path.write_bytes(b"damaged")
    with pytest.raises(InputError, match=r"data\.jsonl\.xz"):
        list(read_rows(path))


def test_sources_have_names_files_and_licences() -> None:
    """Names are unique, licences stated, and evaluation-only sets are not among the sources."""
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert all(source.licence and source.origin.startswith("https://") for source in SOURCES)
    assert not any("real_negatives" in source.file or "german" in source.file for source in SOURCES)
