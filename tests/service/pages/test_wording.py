"""Tests of putting values into words."""

from datetime import UTC, datetime, timedelta

import pytest

from model.records import Act, Band
from service.pages.wording import (
    ACT_KEYS,
    ACT_NAMES,
    BANDS,
    age,
    due,
    language_name,
    percent,
    sentence,
    signed,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_every_act_and_band_has_its_words() -> None:
    """No act lacks a name or a key of its own, no band its explanation."""
    assert set(ACT_NAMES) == set(ACT_KEYS) == set(Act)
    assert len(set(ACT_KEYS.values())) == len(Act)
    assert set(BANDS) == {band.value for band in Band}


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.001, "<1 %"), (0.126, "13 %"), (0.9951, ">99 %"), (1.0, "100 %")],
)
def test_a_share_is_never_rounded_to_certainty(share: float, words: str) -> None:
    """Nearly nothing and nearly all stay apart from nothing and all."""
    assert percent(share) == words


@pytest.mark.parametrize(
    ("past", "words"),
    [({"seconds": 40}, "40 s"), ({"minutes": 61}, "1 h"), ({"days": 3, "hours": 5}, "3 d")],
)
def test_age_is_in_its_largest_unit(past: dict[str, int], words: str) -> None:
    """An age is one number and one unit; a moment without a zone is UTC."""
    assert age(NOON - timedelta(**past), NOON) == words
    assert age((NOON - timedelta(**past)).replace(tzinfo=None), NOON) == words


def test_due_says_in_how_long_or_how_late() -> None:
    """Both sides of the due time have their words."""
    assert due(NOON + timedelta(hours=2), NOON) == "in 2 h"
    assert due(NOON - timedelta(minutes=5), NOON) == "5 min late"
    assert due(None, NOON) == age(None, NOON) == "\u2013"


def test_small_words() -> None:
    """Signs, sentences and languages read well."""
    assert (signed(0.5), signed(-1.25)) == ("+0.50", "\u22121.25")
    assert (sentence("the claim is lost"), sentence("Why?")) == ("The claim is lost.", "Why?")
    assert (language_name("ckb"), language_name("xx"), language_name(None)) == (
        "Sorani Kurdish",
        "xx",
        "Undetermined",
    )
