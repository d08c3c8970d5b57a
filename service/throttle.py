"""Slow down whoever guesses passwords: by account and by client address, longer with each try."""

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from model.errors import TooManyAttempts
from service.store import accounts as store
from service.store.accounts import Tries

_FORGET = timedelta(hours=1)
_LONGEST = 900.0
#: Tries without a wait; an office may share one address.
_FREE = {"account": 5, "client": 30}


def subjects_of(name_key: str, client: str) -> list[str]:
    """Name what a sign-in counts against; digests, so that the table never fills with what people typed."""
    return [f"account:{_digest(name_key)}", f"client:{_digest(client)}"]


def charge(connection: Connection, subjects: Sequence[str], now: datetime) -> None:
    """Count a try before its password is checked, so that many at once cannot slip through together.

    Raises TooManyAttempts while a subject must wait; a refused try is not counted.
    """
    store.forget_tries_before(connection, now - _FORGET)
    tries = store.lock_tries(connection, subjects, now)
    wait = max(_wait(subject, tried, now) for subject, tried in tries.items())
    if wait > 0:
        raise TooManyAttempts(f"too many attempts to sign in; wait {wait} seconds", retry_after=wait)
    store.count_tries(connection, subjects, now)


def pardon(connection: Connection, subjects: Sequence[str]) -> None:
    """Forget an account's tries after a success, and of the address's only the one that succeeded.

    An attacker may own an account, but an office signs in all its people from one address.
    """
    for subject in subjects:
        if subject.startswith("account:"):
            store.forget_tries(connection, subject)
        else:
            store.take_back_try(connection, subject)


def _wait(subject: str, tried: Tries, now: datetime) -> int:
    over = tried.count - _FREE[subject.partition(":")[0]]
    if over < 0:
        return 0
    seconds = min(2.0 ** min(over, 20), _LONGEST)
    return math.ceil((tried.last_at + timedelta(seconds=seconds) - now).total_seconds())


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()
