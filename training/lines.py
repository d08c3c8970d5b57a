"""Read JSON Lines files, plain or gzipped, and name every line that cannot be read."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import InputError
from model.lines import open_lines, parse_object


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its object, or the problem that it has none."""

    where: str
    row: dict[str, Any]
    problem: str = ""


def read_lines(path: Path) -> Iterator[Line]:
    """Yield each line that is not blank; raise InputError only when the file itself fails."""
    number = 0
    try:
        with open_lines(path) as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield _parse(f"{path}:{number}", line)
    except (OSError, EOFError, zlib.error) as error:
        where = f"{path}:{number + 1}" if number else f"{path}"
        raise InputError(f"{where}: cannot be read: {_reason(error)}") from error


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each line's place and object; raise InputError at the first line without one."""
    for line in read_lines(path):
        if line.problem:
            raise InputError(f"{line.where}: {line.problem}")
        yield line.where, line.row


def _parse(where: str, line: bytes) -> Line:
    try:
        return Line(where, parse_object(line))
    except InputError as error:
        return Line(where, {}, str(error))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
