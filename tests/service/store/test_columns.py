"""Any text and any moment, kept whole."""

import string
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from service.store.columns import UtcTime, escape_text, unescape_text

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text("\\u0d8f\x00\ud83d\udc4b")


@given(ANY_TEXT)
def test_text_comes_back_as_it_was(text: str) -> None:
    """Escaping loses nothing, whatever the code points."""
    assert unescape_text(escape_text(text)) == text


@given(ANY_TEXT)
def test_escaped_text_is_storable(text: str) -> None:
    """Escaped text has no NUL and can be written as UTF-8."""
    assert b"\x00" not in escape_text(text).encode()


def test_ordinary_text_is_readable_in_the_database() -> None:
    """Text without backslashes, NULs or lone surrogates is stored as it is."""
    text = string.ascii_letters + " سفر \U0001f6a2\n"
    assert escape_text(text) == text


def test_moments_are_kept_in_utc() -> None:
    """A moment of another zone is the same moment afterwards, in UTC."""
    moment = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    column, dialect = UtcTime(), sqlite.dialect()
    bound = column.process_bind_param(moment, dialect)
    assert bound == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert column.process_result_value(datetime(2026, 3, 1, 12), dialect) == moment  # noqa: DTZ001 - as SQLite gives it
