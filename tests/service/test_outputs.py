"""Scored rows are written whole, hide no column that came along, and hold what the text held."""

import json
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.errors import InvalidPost
from model.records import Act, Band, Post, Score, Service
from service.inputs import InputRow
from service.outputs import ScoredRow, carried_name, read_ids, scored_object, write_part, write_whole

SCORE = Score(0.9, 0.95, 0.94, Band.HIGH, "fa", Act.OFFER, (Service.SEA, Service.PAYMENT), "0123456789ab")


def _scored(number: int = 1, id: Any = "a", **extra: Any) -> ScoredRow:  # noqa: A002 - the field's name
    return ScoredRow(InputRow(number, id, Post("text", id=str(id)), None, extra), SCORE)


def _failed(number: int = 2, id: Any = "b", **extra: Any) -> ScoredRow:  # noqa: A002 - the field's name
    return ScoredRow(InputRow(number, id, None, InvalidPost("text is empty"), extra), None)


def test_a_scored_row_holds_the_scores_fields() -> None:
    """In the form that the design gives a scored line."""
    answer = scored_object(_scored(n=1), "crawl.jsonl:1")
    assert list(answer) == [
        *("id", "n", "probability", "relevance", "stance", "band", "language", "act", "services", "release")
    ]
    assert json.loads(json.dumps(answer))["services"] == ["sea", "payment"]


def test_a_failed_row_holds_its_error() -> None:
    """With its place, its id, and the columns that came along."""
    assert scored_object(_failed(n=1), "crawl.jsonl:2") == {
        "id": "b",
        "n": 1,
        "error": {"type": "invalid-post", "detail": "crawl.jsonl:2: text is empty"},
    }


def test_columns_never_hide_one_of_ours() -> None:
    """Scoring a scored file again keeps the earlier scores, each under a name of its own."""
    names = ["n", "language", "input_language", "input_input_language", "input_n", "error"]
    carried = [carried_name(name) for name in names]
    assert carried[:3] == ["n", "input_language", "input_input_language"]
    assert carried[4:] == ["input_n", "input_error"]
    assert len(set(carried)) == len(names)
    answer = scored_object(_scored(language="guess", input_language="earlier"), "x:1")
    assert (answer["language"], answer["input_language"]) == ("fa", "guess")
    assert answer["input_input_language"] == "earlier"


def test_jsonl_parts_are_lines(tmp_path: Path) -> None:
    """One line a row, surrogates as escapes, and ids can be read back."""
    path = tmp_path / "part.jsonl"
    write_part(path, [_scored(note="é \ud800"), _scored(2, 7), _scored(3, None)], "c.jsonl", None)
    rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert rows[0]["note"] == "é \ud800"
    assert list(read_ids(path)) == ["a", "7", None]


def test_parquet_parts_of_text_files_keep_extra_columns_as_json(tmp_path: Path) -> None:
    """Text files have no types, so what came along is one column."""
    path = tmp_path / "part.parquet"
    write_part(path, [_scored(n=1), _failed(), _scored(3, "\ud800")], "c.jsonl", None)
    rows = pq.read_table(path).to_pylist()
    assert [row["extra"] for row in rows] == ['{"n": 1}', None, None]
    assert rows[0]["services"] == ["sea", "payment"]
    assert (rows[1]["error_type"], rows[1]["probability"]) == ("invalid-post", None)
    assert rows[1]["error_detail"] == "c.jsonl:2: text is empty"
    assert list(read_ids(path)) == ["a", "b", "?"]


def test_parquet_parts_of_tables_keep_their_columns(tmp_path: Path) -> None:
    """With their types; names of ours get a prefix."""
    path = tmp_path / "part.parquet"
    table = pa.table({"id": ["a"], "text": ["t"], "at": pa.array([1], pa.timestamp("ns")), "band": ["old"]})
    write_part(path, [_scored()], "c.parquet", table)
    written = pq.read_table(path)
    assert written.schema.field("at").type == pa.timestamp("ns")
    assert written["input_band"].to_pylist() == ["old"]
    assert written["band"].to_pylist() == ["high"]
    assert "text" not in written.column_names


def test_no_row_gives_an_empty_part(tmp_path: Path) -> None:
    """Of either kind."""
    for name in ("part.jsonl", "part.parquet"):
        write_part(tmp_path / name, [], "c.jsonl", None)
        assert list(read_ids(tmp_path / name)) == []


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """A writer that fails leaves what was there, and no draft."""
    path = tmp_path / "file"
    path.write_text("old")

    def fail(draft: Path) -> None:
        draft.write_text("half")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        write_whole(path, fail)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_probabilities_survive_to_the_last_bit(tmp_path: Path) -> None:
    """Neither form rounds."""
    score = Score(math.nextafter(0.1, 1), 0.5, 0.2, Band.LOW, "en", Act.ASK, (), "r")
    row = ScoredRow(_scored().row, score)
    for name in ("part.jsonl", "part.parquet"):
        write_part(tmp_path / name, [row], "c", None)
    assert json.loads((tmp_path / "part.jsonl").read_bytes())["probability"] == score.probability
    assert pq.read_table(tmp_path / "part.parquet")["probability"].to_pylist() == [score.probability]
