"""Waiting longer with each wrong password."""

from typing import Any

from sqlalchemy import Engine

from model.errors import TooManyAttempts
from service.store.database import write
from service.throttle import charge, pardon, subjects_of


def _charge(engine: Engine, subjects: list[str], now: Any, times: int = 1) -> int:
    """Try some times and return how long one must wait."""
    try:
        for _ in range(times):
            with write(engine) as connection:
                charge(connection, subjects, now)
    except TooManyAttempts as error:
        return error.retry_after
    return 0


def test_an_address_that_tries_many_names_must_wait(engine: Engine, clock: Any) -> None:
    """Thirty names from one address are free, the next is not; another address is."""
    waits = [_charge(engine, subjects_of(f"name {number}", "198.51.100.7"), clock()) for number in range(31)]
    assert waits == [0] * 30 + [1]
    assert _charge(engine, subjects_of("name", "192.0.2.1"), clock()) == 0


def test_waits_double_up_to_a_quarter_of_an_hour(engine: Engine, clock: Any) -> None:
    """Each further try doubles the wait, to a limit."""
    subjects, waits = subjects_of("ann", "192.0.2.1"), []
    _charge(engine, subjects, clock(), times=5)
    for _ in range(12):
        waits.append(_charge(engine, subjects, clock()))
        clock.advance(waits[-1])
        assert _charge(engine, subjects, clock()) == 0
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_refused_tries_do_not_prolong_the_wait(engine: Engine, clock: Any) -> None:
    """Whoever keeps trying while they must wait waits no longer for it."""
    subjects = subjects_of("ann", "192.0.2.1")
    _charge(engine, subjects, clock(), times=5)
    assert [_charge(engine, subjects, clock()) for _ in range(5)] == [1] * 5


def test_success_clears_the_account_but_not_the_address(engine: Engine, clock: Any) -> None:
    """After a success the account starts anew; its address keeps the count of what failed."""
    subjects = subjects_of("ann", "192.0.2.1")
    _charge(engine, subjects, clock(), times=5)
    with write(engine) as connection:
        pardon(connection, subjects)
    assert _charge(engine, subjects, clock(), times=5) == 0
    others = (subjects_of(f"name {number}", "192.0.2.1") for number in range(22))
    assert [_charge(engine, other, clock()) for other in others][-1] == 1


def test_an_office_may_sign_in_from_one_address(engine: Engine, clock: Any) -> None:
    """However many people sign in from an address, none of them waits."""
    for number in range(40):
        subjects = subjects_of(f"name {number}", "192.0.2.1")
        assert _charge(engine, subjects, clock()) == 0
        with write(engine) as connection:
            pardon(connection, subjects)


def test_tries_are_forgotten_after_an_hour(engine: Engine, clock: Any) -> None:
    """Old tries no longer count."""
    subjects = subjects_of("ann", "192.0.2.1")
    _charge(engine, subjects, clock(), times=5)
    clock.advance(3_601)
    assert _charge(engine, subjects, clock(), times=5) == 0
