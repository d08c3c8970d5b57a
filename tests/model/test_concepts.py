"""Concepts found in posts of many languages, and the tokens they make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.concepts import MARK, Concept, concept_tokens, find_concepts, with_pairs
from model.fold import fold_text
from model.tokens import tokens


def _found(text: str) -> set[str]:
    return {f"{c.kind}:{c.value}" if c.value else c.kind for c in _concepts(text)}


def _concepts(text: str) -> list[Concept]:
    folded = fold_text(text)
    return find_concepts(folded, tokens(folded))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("🇫🇷➡️🇬🇧", {"place:FR", "place:GB", "route:FR>GB"}),
        ("from France to the United Kingdom", {"place:FR", "place:GB", "route:FR>GB"}),
        ("من تركيا الى اليونان", {"place:TR", "place:GR", "route:TR>GR"}),
        ("Türkiye'den İtalya'ya", {"place:TR", "place:IT", "route:TR>IT"}),
        ("ካብ ኤርትራ ናብ ኢጣልያ", {"place:ER", "place:IT", "route:ER>IT"}),
        ("从土耳其到意大利", {"place:TR", "place:IT", "route:TR>IT"}),
        ("only 4500€", {"currency:EUR", "money"}),
        ("٤٥٠٠ دولار", {"currency:USD", "money"}),
        ("in dollars", {"currency:USD"}),
        ("+44 7700 900123", {"phone"}),
        ("۰۷۷۰۰ 🔹 ۹۰۰ 🔹 ۱۲۳", {"phone"}),
        ("@some_one", {"handle"}),
        ("@user", set()),
        ("t.me/abc", {"link"}),
    ],
)
def test_places_money_and_contacts_are_found(text: str, expected: set[str]) -> None:
    """What is put together from parts is found in any script."""
    kinds = {"place", "route", "currency", "money", "phone", "handle", "link"}
    assert {name for name in _found(text) if name.split(":")[0] in kinds} == expected


def test_places_far_apart_are_no_route() -> None:
    """Two countries with a sentence between them are no route."""
    assert not any(name.startswith("route") for name in _found("France won the match and then we saw Italy"))


def test_the_longest_phrase_is_kept() -> None:
    """`South Sudan` is not also `Sudan`."""
    assert _found("South Sudan") == {"place:SS"}


def test_a_concept_is_named_for_reviewers() -> None:
    """Names are English words, not codes."""
    assert Concept(0, 2, "route", "FR>GB").name == "route: France -> United Kingdom"
    assert Concept(0, 2, "phone").name == "phone"


def test_concepts_make_tokens_and_pairs() -> None:
    """A kind, its value and each pair of kinds are tokens, each with the concepts behind it."""
    phone, place = Concept(0, 3, "phone"), Concept(4, 6, "place", "FR")
    made = concept_tokens([phone, place])
    assert list(made) == [MARK + name for name in ("phone", "phone+place", "place", "place:FR")]
    assert made[f"{MARK}phone+place"] == [phone, place]


@given(st.text(max_size=60))
def test_pairs_follow_from_single_tokens(text: str) -> None:
    """The background stores single tokens only, and gets the pairs back."""
    made = list(concept_tokens(_concepts(text + " 🇫🇷 5€ @abc")))
    assert with_pairs([token for token in made if "+" not in token]) == made
