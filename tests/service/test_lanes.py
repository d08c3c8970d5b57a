"""The rules of the queue."""

import pytest

from model.errors import Forbidden, InputError
from model.records import Band
from service.lanes import DUE, ENTERS, check_lane, check_note, lanes_to_offer
from service.records import Lane, Principal, QueueFilter


def test_every_lane_has_a_due_time_and_the_urgent_ones_come_first() -> None:
    """Lanes are offered in the order in which they are due."""
    assert list(DUE) == list(Lane)
    assert list(DUE.values()) == sorted(DUE.values())


def test_only_low_posts_enter_no_lane() -> None:
    """Each band but `low` has a lane, and none is born escalated."""
    assert set(Band) - set(ENTERS) == {Band.LOW}
    assert Lane.ESCALATED not in ENTERS.values()


def test_lanes_to_offer_depend_on_who_asks(ann: Principal, lea: Principal) -> None:
    """Leads get escalated cases first, others none; a chosen lane stands alone."""
    assert lanes_to_offer(QueueFilter(), None) == lanes_to_offer(QueueFilter(), ann)
    assert lanes_to_offer(QueueFilter(), lea) == [Lane.ESCALATED, *lanes_to_offer(QueueFilter(), ann)]
    assert lanes_to_offer(QueueFilter(lane="unsure"), ann) == [Lane.UNSURE]
    with pytest.raises(InputError, match="''"):
        lanes_to_offer(QueueFilter(lane=""), ann)


def test_checks_let_pass_what_is_allowed(ann: Principal, lea: Principal) -> None:
    """Only the escalated lane is closed to moderators, only long notes are refused."""
    check_lane(ann, Lane.HIGH)
    check_lane(lea, Lane.ESCALATED)
    check_note("x" * 10_000)
    with pytest.raises(Forbidden):
        check_lane(ann, Lane.ESCALATED)
