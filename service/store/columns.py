"""Column types that keep values whole on every database: any text, UTC times, JSON."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

# PostgreSQL refuses NUL in text, and UTF-8 has no lone surrogates: both are written as \uXXXX, and so that
# nothing is ambiguous a backslash is doubled.
_UNSTORABLE = re.compile("[\\\\\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(\\|u[0-9a-f]{4})")

#: SQLite numbers rows by itself only for the type INTEGER, which is 64 bits wide there.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")


def escape_text(text: str) -> str:
    """Write any string so that every database can hold it."""
    return _UNSTORABLE.sub(lambda found: "\\\\" if found[0] == "\\" else f"\\u{ord(found[0]):04x}", text)


def unescape_text(stored: str) -> str:
    """Undo `escape_text`."""
    return _ESCAPED.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), stored)


class AnyText(TypeDecorator[str]):
    """Text of any code points, NULs and lone surrogates included."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Escape what databases refuse."""
        return None if value is None else escape_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Give the text as it came."""
        return None if value is None else unescape_text(value)


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the moment its zone."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class JsonText(TypeDecorator[Any]):
    """JSON kept as ASCII text, so that escapes such as \\u0000 need no support by the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write as JSON."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read from JSON."""
        return None if value is None else json.loads(value)
