"""Bands, routing and threshold queries."""

import pytest

from model.errors import InvalidQuery
from model.policy import Policy, Readability, parse_query
from model.records import Act, Band, Score

POLICY = Policy(review=0.2, high=0.6)
CLEAR = Readability(letters=40, words=8, known_words=7)
ROWS = [
    {"threshold": 0.1, "recall": 0.9, "precision": 0.5, "fpr": 0.2},
    {"threshold": 0.5, "recall": 0.7, "precision": 0.9, "fpr": 0.1},
    {"threshold": 0.8, "recall": 0.4, "precision": 0.97, "fpr": 0.0},
]


@pytest.mark.parametrize(("probability", "band"), [(0.1, Band.LOW), (0.2, Band.REVIEW), (0.6, Band.HIGH)])
def test_bands_begin_at_their_threshold(probability: float, band: Band) -> None:
    """A threshold belongs to the band above it."""
    assert POLICY.band(probability, CLEAR) is band


@pytest.mark.parametrize(
    "text", [Readability(3, 2, 2), Readability(40, 8, 0.5), Readability(400, 50, 4), Readability(0, 0, 0)]
)
def test_what_cannot_be_read_is_unsure(text: Readability) -> None:
    """Too short, unknown words or unknown script: an abstention, however high the probability."""
    assert POLICY.band(0.99, text) is Band.UNSURE


@pytest.mark.parametrize(
    ("band", "probability", "routed"),
    [
        (Band.HIGH, 0.7, True),
        (Band.REVIEW, 0.3, True),
        (Band.LOW, 0.1, False),
        (Band.UNSURE, 0.3, True),
        (Band.UNSURE, 0.1, False),
    ],
)
def test_routing_asks_for_the_review_threshold(band: Band, probability: float, routed: bool) -> None:
    """An unsure post enters the queue only if it looks like an advert."""
    score = Score(probability, 1.0, probability, band, "en", Act.OFFER, (), "r")
    assert POLICY.routes(score) is routed


@pytest.mark.parametrize(
    ("query", "threshold"),
    [
        ("maximum recall @ precision >= 0.9", 0.5),
        ("maximum precision @ recall >= 0.4", 0.8),
        ("MINIMUM fpr @ recall >= .7", 0.5),
        ("maximum recall @ fpr <= 0.05", 0.8),
    ],
)
def test_queries_pick_a_threshold(query: str, threshold: float) -> None:
    """Revscoring's grammar: optimise one metric under a bound on another."""
    best = parse_query(query).best(ROWS)
    assert best is not None
    assert best["threshold"] == threshold


def test_a_wish_nothing_fulfils_gives_none() -> None:
    """No row, no threshold."""
    assert parse_query("maximum recall @ precision >= 0.99").best(ROWS) is None


@pytest.mark.parametrize(
    "query", ["", "recall", "maximum joy @ recall >= 1", "maximum recall @ precision > 0.9"]
)
def test_other_queries_are_refused(query: str) -> None:
    """The error shows how to write one."""
    with pytest.raises(InvalidQuery):
        parse_query(query)
