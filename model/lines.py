"""Read and write one JSON object a line, naming what is wrong with a line that holds none."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from model.errors import InputError


def open_lines(path: Path) -> IO[bytes]:
    """Open a file of lines, plain or gzipped by its name."""
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def parse_object(line: bytes) -> dict[str, Any]:
    """Read one line as a JSON object; raises InputError saying what it is instead.

    NaN and Infinity, which Python writes but JSON has not, are null.
    """
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_none)
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 (byte {error.start + 1} of the line)") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON ({error})") from None
    if not isinstance(row, dict):
        raise InputError(f"not a JSON object but {type(row).__name__}")
    return row


def format_object(row: Mapping[str, Any]) -> bytes:
    """Write an object as one line; lone surrogates, which UTF-8 cannot hold, stay JSON escapes."""
    try:
        return json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row, default=str).encode() + b"\n"


def _none(_: str) -> None:
    return None
