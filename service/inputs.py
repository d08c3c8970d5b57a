"""Read posts for batch scoring from JSONL, CSV and Parquet files, in chunks; no row is dropped in silence."""

import csv
import math
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from model.errors import BreakwaterError, InputError
from model.lines import open_lines, parse_object
from model.records import Post
from model.scorer import check_text
from service.posts import read_post

JSONL_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
CSV_SUFFIXES = (".csv", ".csv.gz")
PARQUET_SUFFIXES = (".parquet",)
_NOT_CARRIED = frozenset({"id", "text"})
_CSV_FIELD_LIMIT = 1 << 27
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows of one file, as read: bytes of JSONL, mappings of CSV, or an Arrow table.

    `lines` says where each stands: the line of a text file, the row of a table, both from 1.
    """

    path: Path
    lines: Sequence[int]
    rows: Sequence[Any] | pa.Table


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row of a file: its post, or the error why it has none; `extra` holds all but id and text."""

    line: int
    id: Any
    post: Post | None
    error: BreakwaterError | None
    extra: Mapping[str, Any]


def find_inputs(paths: Sequence[Path]) -> list[Path]:
    """List the files to read; a folder stands for every readable file below it.

    Raises InputError for a path that does not exist or has a format that is not read.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*")) if file.is_file() and _is_readable(file)]
            if not inside:
                raise InputError(f"{path} holds no JSONL, CSV or Parquet file")
            found += inside
        elif not path.exists():
            raise InputError(f"{path} does not exist")
        elif _is_readable(path):
            found.append(path)
        else:
            raise InputError(f"{path}: unknown format; give .jsonl, .csv (either may be .gz) or .parquet")
    return found


def read_chunks(path: Path, size: int) -> Iterator[Chunk]:
    """Yield a file's rows in chunks of at most `size`.

    Raises InputError, naming the file and where it broke, when the rest of it cannot be read.
    """
    if path.name.endswith(PARQUET_SUFFIXES):
        yield from _parquet_chunks(path, size)
    elif path.name.endswith(CSV_SUFFIXES):
        yield from _line_chunks(path, size, _csv_rows(path))
    else:
        yield from _line_chunks(path, size, _jsonl_rows(path))


def read_rows(chunk: Chunk) -> Iterator[InputRow]:
    """Turn a chunk's rows into posts, or the errors that say why there is none; blank lines are left out."""
    rows = _table_rows(chunk.rows) if isinstance(chunk.rows, pa.Table) else chunk.rows
    for line, raw in zip(chunk.lines, rows, strict=True):
        if not is_blank(raw):
            yield _read_row(line, raw)


def is_blank(raw: object) -> bool:
    """Whether a row as read is an empty line, which holds no post and is counted as skipped."""
    return isinstance(raw, bytes) and not raw.strip()


def _read_row(line: int, raw: bytes | Mapping[str, Any] | BreakwaterError) -> InputRow:
    row: Mapping[str, Any] = {}
    try:
        if isinstance(raw, BreakwaterError):
            raise raw
        row = parse_object(raw) if isinstance(raw, bytes) else raw
        post = read_post({key: value for key, value in row.items() if value is not None})
        check_text(post.text)
    except BreakwaterError as error:
        return InputRow(line, row.get("id"), None, error, _extra(row))
    return InputRow(line, post.id, post, None, _extra(row))


def _extra(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _known(value) for key, value in row.items() if key not in _NOT_CARRIED}


def _known(value: Any) -> Any:
    """A number that is none, such as a gap in a column of floats, has no form in JSON and is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _is_readable(path: Path) -> bool:
    return path.name.endswith(JSONL_SUFFIXES + CSV_SUFFIXES + PARQUET_SUFFIXES)


def _line_chunks(path: Path, size: int, rows: Iterator[tuple[int, Any]]) -> Iterator[Chunk]:
    """Gather rows; what was read before a file broke is given out before the error is."""
    broken: list[InputError] = []
    unbroken = _until_broken(rows, broken)
    while batch := list(islice(unbroken, size)):
        yield Chunk(path, [line for line, _ in batch], [row for _, row in batch])
    if broken:
        raise broken[0]


def _until_broken(rows: Iterator[tuple[int, Any]], broken: list[InputError]) -> Iterator[tuple[int, Any]]:
    try:
        yield from rows
    except InputError as error:
        broken.append(error)


def _break(path: Path, read: int, error: Exception) -> InputError:
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    if not read:
        return InputError(f"{path} cannot be read: {reason}")
    return InputError(f"{path}:{read + 1}: cannot be read further: {reason}")


def _jsonl_rows(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        with open_lines(path) as stream:
            for number, line in enumerate(stream, 1):
                yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise _break(path, number, error) from error


def _csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any] | BreakwaterError]]:
    csv.field_size_limit(_CSV_FIELD_LIMIT)
    reader: csv.DictReader[str] | None = None
    try:
        with open_lines(path) as stream:
            text = TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
            ended: list[bool] = []
            reader = csv.DictReader(_then_note(text, ended), restkey="more")
            _check_columns(path, reader.fieldnames or ())
            begun = reader.line_num + 1
            for row in reader:
                # The reader asks for one line more only within quotes, so such a row swallowed the rest.
                unclosed = InputError(f"the quote that opens in line {begun} is never closed")
                yield reader.line_num, unclosed if ended else _checked(row)
                begun = reader.line_num + 1
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise _break(path, reader.line_num if reader else 0, error) from error


def _then_note(lines: Iterable[str], ended: list[bool]) -> Iterator[str]:
    """Give lines, and note when they came to an end."""
    yield from lines
    ended.append(True)


def _checked(row: dict[str, Any]) -> Mapping[str, Any] | BreakwaterError:
    """Empty cells are absent fields; bytes that were not UTF-8 came in as lone surrogates."""
    if any(isinstance(cell, str) and _NOT_UTF8.search(cell) for cell in row.values()):
        return InputError("not UTF-8")
    return {key: cell for key, cell in row.items() if cell not in ("", None) or key == "text"}


def _parquet_chunks(path: Path, size: int) -> Iterator[Chunk]:
    first = 1
    try:
        with pq.ParquetFile(path) as file:
            _check_columns(path, file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=size):
                table = pa.Table.from_batches([batch])
                yield Chunk(path, range(first, first + len(table)), table)
                first += len(table)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: not a readable Parquet file from row {first} on: {error}") from error


def _check_columns(path: Path, names: Sequence[str]) -> None:
    if "text" not in names:
        raise InputError(f"{path}: there is no column `text`")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{path}: more than one column is named `{name}`")


def _table_rows(table: pa.Table) -> Iterator[Mapping[str, Any] | BreakwaterError]:
    """Turn a table into rows; a cell that holds no valid text fails its row only."""
    columns = {name: _cells(name, table[name]) for name in table.column_names}
    for cells in zip(*columns.values(), strict=True):
        wrong = next((cell for cell in cells if isinstance(cell, BreakwaterError)), None)
        yield wrong or dict(zip(columns, cells, strict=True))


def _cells(name: str, column: pa.ChunkedArray) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (ValueError, pa.ArrowException):
        return [_cell(name, scalar) for scalar in column]


def _cell(name: str, scalar: pa.Scalar) -> Any:
    """Read one value: text that is no UTF-8 is an error, a time too fine for Python is written out."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return InputError(f"{name}: not UTF-8")
    except (ValueError, pa.ArrowException):
        return scalar.cast(pa.string()).as_py()
