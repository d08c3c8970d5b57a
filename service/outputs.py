"""Write scored rows as JSONL or Parquet parts, each whole or not at all."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from model.lines import format_object, parse_object
from model.records import Score
from service.answers import error_answer, score_answer
from service.inputs import InputRow

FORMATS = ("jsonl", "parquet")
_SCORE_COLUMNS = pa.schema(
    [
        ("id", pa.string()),
        ("probability", pa.float64()),
        ("relevance", pa.float64()),
        ("stance", pa.float64()),
        ("band", pa.string()),
        ("language", pa.string()),
        ("act", pa.string()),
        ("services", pa.list_(pa.string())),
        ("release", pa.string()),
        ("error_type", pa.string()),
        ("error_detail", pa.string()),
    ]
)
_OURS = frozenset(_SCORE_COLUMNS.names) | {"error"}
_PREFIXES = re.compile("^(input_)+")


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """One input row and its score, which is None where the row holds an error."""

    row: InputRow
    score: Score | None


def scored_object(scored: ScoredRow, where: str) -> dict[str, Any]:
    """Give a scored row as an object; columns that came along get `input_` before a name of ours."""
    answer = {"id": scored.row.id} | {carried_name(key): value for key, value in scored.row.extra.items()}
    if scored.score is not None:
        return answer | score_answer(scored.score)
    error = scored.row.error
    return answer | (error_answer(error, where) if error else {})


def carried_name(column: str) -> str:
    """Name a column that came along so that it never hides one of ours, nor one renamed like this before."""
    return f"input_{column}" if _PREFIXES.sub("", column) in _OURS else column


def write_part(path: Path, rows: Sequence[ScoredRow], source: str, table: pa.Table | None) -> None:
    """Write scored rows to `path` by its suffix; `table`, when given, holds their columns as read."""
    objects = [scored_object(row, f"{source}:{row.row.line}") for row in rows]
    if path.suffix == ".parquet":
        written = _table(objects, rows, table)
        write_whole(path, lambda draft: pq.write_table(written, draft, compression="zstd"))
    else:
        write_whole(path, lambda draft: draft.write_bytes(b"".join(map(format_object, objects))))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and move it there when it is complete and on disk."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        write(draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_ids(path: Path) -> Iterator[str | None]:
    """Yield the id of each row of a part, in order."""
    if path.suffix == ".parquet":
        yield from pq.read_table(path, columns=["id"])["id"].to_pylist()
        return
    with path.open("rb") as file:
        for line in file:
            value = parse_object(line)["id"]
            yield None if value is None else str(value)


def _table(
    objects: Sequence[Mapping[str, Any]], rows: Sequence[ScoredRow], table: pa.Table | None
) -> pa.Table:
    columns = {
        name: pa.array([_cell(name, entry) for entry in objects], type=_SCORE_COLUMNS.field(name).type)
        for name in _SCORE_COLUMNS.names
    }
    return pa.table({"id": columns.pop("id")} | _carried(rows, table) | columns)


def _carried(rows: Sequence[ScoredRow], table: pa.Table | None) -> dict[str, pa.Array]:
    """Columns of a table as they are; those of text files, which have no types, as one JSON column."""
    if table is not None:
        names = [name for name in table.column_names if name not in ("id", "text")]
        return {carried_name(name): table[name] for name in names}
    extras = [json.dumps(dict(row.row.extra), default=str) if row.row.extra else None for row in rows]
    return {"extra": pa.array(extras, type=pa.string())}


def _cell(name: str, entry: Mapping[str, Any]) -> Any:
    if name == "id":
        return None if entry["id"] is None else _valid(str(entry["id"]))
    if name.startswith("error_"):
        error = entry.get("error")
        return _valid(error[name.removeprefix("error_")]) if isinstance(error, dict) else None
    return entry.get(name) if "error" not in entry else None


def _valid(text: str) -> str:
    """Arrow holds UTF-8 only: lone surrogates become replacement marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
