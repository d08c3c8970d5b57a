"""Attacks rewrite a post as evaders do, always the same way for the same seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.fold import fold_text
from training.perturb import ATTACKS, STRENGTHS, perturb, perturb_somehow

ENGLISH = (
    "Two places left from Turkey to Italy tonight, 4500 euros, passport not needed, call +44 7700 900123"
)
ARABIC = "رحلة مضمونة من تركيا الى ايطاليا والدفع بعد الوصول"
WITH_MARKS = "Két hely, çıkış yarın, bảo đảm"
WORKS_ON = {"dots_dropped": ARABIC, "marks_dropped": WITH_MARKS}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_every_attack_rewrites_and_heavier_rewrites_more(attack: str) -> None:
    """A light attack touches a text that has places for it, and a heavy one touches no less."""
    text = WORKS_ON.get(attack, ENGLISH)
    light, heavy = (perturb(text, attack, share, "seed") for share in STRENGTHS.values())
    assert light != text
    assert heavy != text
    assert _touched(text, heavy) >= _touched(text, light) or attack in {
        "spacing",
        "emoji_words",
        "mixed_script",
    }


def _touched(before: str, after: str) -> int:
    return sum(one != other for one, other in zip(before, after, strict=False)) + abs(
        len(after) - len(before)
    )


@pytest.mark.parametrize("attack", ["case", "homoglyphs", "invisible", "styled", "marks_dropped", "repeats"])
def test_folding_undoes_what_it_can(attack: str) -> None:
    """Case, look-alikes, invisible and styled letters, accents and repeats leave the folded text alone."""
    for text in (ENGLISH, WITH_MARKS):
        assert fold_text(perturb(text, attack, 0.4, "seed")) == fold_text(text)


@given(st.text(max_size=60), st.sampled_from(sorted(ATTACKS)), st.sampled_from(sorted(STRENGTHS.values())))
def test_attacks_take_any_text_and_repeat_themselves(text: str, attack: str, share: float) -> None:
    """No text breaks an attack, and the same seed gives the same text."""
    assert perturb(text, attack, share, "7") == perturb(text, attack, share, "7")


def test_words_become_emoji_and_flags() -> None:
    """A country becomes its flag."""
    assert "🇮🇹" in perturb("to Italy", "emoji_words", 0.4, "1")


def test_a_text_without_places_stays() -> None:
    """Digits cannot be parted where there are none."""
    assert perturb("no digits", "split_numbers", 0.4, "1") == "no digits"


def test_somehow_is_one_of_the_attacks() -> None:
    """Training's own rewriting is one attack at one strength."""
    made = {perturb(ENGLISH, attack, share, "id") for attack in ATTACKS for share in STRENGTHS.values()}
    assert perturb_somehow(ENGLISH, "id") in made
