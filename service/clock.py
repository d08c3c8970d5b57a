"""The time, as a value that tests can replace."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now_utc() -> datetime:
    """Tell the time in UTC."""
    return datetime.now(UTC)
