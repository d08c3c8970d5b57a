"""Folding makes spellings alike and keeps the way back."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.fold import fold, fold_text

TEXTS = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("PASSPORT", "passport"),
        ("Ｐ𝒂ｓѕроrт", "passport"),
        ("🅿🅰", "pa"),
        ("ᴠɪsᴀ", "visa"),
        ("Đi Anh, bảo đảm", "di anh, bao dam"),
        ("ÇIKIŞ ığdır İzmir", "cikis igdir izmir"),
        ("گارانتی", "گارانتي"),
        ("ضَمَان مضمـــون", "ضمان مضمون"),
        ("ڕێگا", "ريگا"),
        ("ګېم", "گيم"),
        ("١٢٣ ۴۵۶ १२३", "123 456 123"),
        ("v\u200bi\u200ds\u202ea", "visa"),
        ("p a s s p o r t now", "passport now"),
        ("v.i.s.a", "visa"),
        ("pleeeease", "please"),
        ("p4$sp0rt vi$a v!sa p@ssport tonigh7", "passport visa visa passport tonight"),
        ("u.s.a a b c b-o-a-t t a x i", "usa a b c boat taxi"),
        ("з а в т р а п-о-р-а", fold_text("завтра пора")),
        ("a@b.example 10km mp3", "a@b.example 10km mp3"),
        ("ᏢᎪSSⲢⲞꓣꓔ", "passport"),
        ("1000", "1000"),
        ("किताब", "किताब"),
        ("ሰላም", "ሰላም"),
        ("؟", "?"),
        ("a\x00b\ud800c", "abc"),
        ("\U0001faff", "\U0001faff"),
    ],
)
def test_alike_spellings_fold_to_one(written: str, read: str) -> None:
    """Case, accents, letter variants, digits, look-alikes, controls, spacing and repeats are undone."""
    assert fold_text(written) == read


@given(TEXTS)
def test_both_ways_of_folding_agree(text: str) -> None:
    """The path with offsets and the fast path give the same text, with one offset a code point."""
    folded = fold(text)
    assert folded.text == fold_text(text)
    assert len(folded.offsets) == len(folded.text)


@given(TEXTS)
def test_offsets_point_into_the_original_in_order(text: str) -> None:
    """Offsets never go back and never leave the text."""
    offsets = fold(text).offsets
    assert list(offsets) == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


def test_offsets_lead_back_over_what_was_dropped() -> None:
    """An offset counts code points of the text as posted, dropped ones included."""
    folded = fold("a\u200b\u200bV i s a")
    assert folded.text == "av i s a"
    assert folded.offsets[1] == 3


def test_spaced_letters_need_one_separator_throughout() -> None:
    """A link's dots and slashes are not spacing."""
    assert "x.y/z" in fold_text("x.y/z a")


def test_naughty_strings_fold_alike(shared_data: Path) -> None:
    """Hostile strings fold without error, the same both ways."""
    for line in (shared_data / "blns" / "data.jsonl").read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        assert fold(text).text == fold_text(text)
