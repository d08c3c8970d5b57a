"""Tests of laying the queue out."""

from datetime import UTC, datetime, timedelta

import pytest

from service.pages.queue_view import Chosen, chosen_from, empty_state, lane_cards
from service.records import Lane, LaneSummary, QueueFilter, QueueSummary

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def summary(*counts: tuple[Lane, int, int]) -> QueueSummary:
    """Build a summary from (lane, open, claimed)."""
    lanes = tuple(
        LaneSummary(lane, waiting, claimed, NOON + timedelta(hours=waiting) if waiting else None)
        for lane, waiting, claimed in counts
    )
    return QueueSummary(lanes, (), ())


def test_a_choice_becomes_a_filter_and_an_address() -> None:
    """The same filters go to the queue and into links."""
    chosen = Chosen("high", "ar", "tele gram&")
    assert chosen.as_filter() == QueueFilter(Lane.HIGH, "ar", "tele gram&")
    assert chosen.link(page=2) == "/queue?lane=high&language=ar&platform=tele+gram%26&page=2"
    assert Chosen().link() == "/queue"


def test_an_unknown_lane_is_left_open() -> None:
    """A lane that does not exist filters nothing."""
    assert Chosen(lane="fast").as_filter() == QueueFilter()


@pytest.mark.parametrize(
    ("fields", "remembered", "chosen"),
    [
        ({"language": "ar"}, "language=fr", Chosen(language="ar")),
        ({}, "lane=high&language=fr&other=1", Chosen("high", "fr")),
        ({}, "", Chosen()),
    ],
)
def test_filters_are_given_or_remembered(fields: dict[str, str], remembered: str, chosen: Chosen) -> None:
    """A form's own filters win over those of the last list seen."""
    assert chosen_from(fields, remembered) == chosen


@pytest.mark.parametrize(("escalated", "waiting"), [(True, 8), (False, 6)])
def test_all_lanes_counts_what_the_viewer_is_offered(escalated: bool, waiting: int) -> None:
    """Escalated cases count for those who may take them."""
    counts = summary((Lane.ESCALATED, 2, 0), (Lane.HIGH, 5, 1), (Lane.REVIEW, 1, 0))
    cards = lane_cards(counts, Chosen(), escalated=escalated)
    assert (cards[0].open, cards[0].claimed) == (waiting, 1)
    assert cards[0].oldest == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("chosen", "claimed", "title"),
    [
        (Chosen(), 0, "Nothing waits"),
        (Chosen(), 3, "Everything is in review"),
        (Chosen("high"), 0, "Nothing waits in High"),
        (Chosen(language="ar"), 3, "Nothing waits with these filters"),
    ],
)
def test_an_empty_list_says_why(chosen: Chosen, claimed: int, title: str) -> None:
    """Nothing there, all taken, and filtered away are told apart."""
    cards = lane_cards(summary((Lane.HIGH, 0, claimed)), chosen, escalated=False)
    assert empty_state(cards, chosen).title == title
