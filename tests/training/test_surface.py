"""Counts that show without reading."""

import math

from model.records import Act
from training.examples import Example
from training.surface import surface, surface_auc


def _example(text: str, act: Act, **fields: object) -> Example:
    label = "advert" if act.is_advert else "benign"
    return Example("en-0001", text, "en", label, act, **fields)  # type: ignore[arg-type]


def test_counts_say_what_shows() -> None:
    """Phone in any digits, price sign, flag, hashtag, handle and evasion are seen."""
    seen = surface(_example("۰۷۷۰۰۹۰۰۱۲۳ £5 🇬🇧 #a @b", Act.OFFER, evasion=("spacing",)))
    assert seen[0] == seen[1] == seen[5] == seen[6] == seen[-1] == 1.0
    assert not any(surface(_example("tea", Act.UNRELATED))[:7])


def test_a_giveaway_is_found() -> None:
    """If only adverts have phones, the counts tell; if both have them alike, they do not."""
    with_phone = [_example("call 07700 900123", Act.OFFER) for _ in range(20)]
    without = [_example("call me sometime ok", Act.UNRELATED) for _ in range(20)]
    assert surface_auc([*with_phone, *without]) > 0.95
    same = [_example("call 07700 900123", act) for act in (Act.OFFER, Act.UNRELATED) for _ in range(20)]
    assert surface_auc(same) <= 0.6


def test_too_few_examples_give_no_figure() -> None:
    """One advert cannot be split."""
    assert math.isnan(surface_auc([_example("tea", Act.UNRELATED)] * 9 + [_example("x", Act.OFFER)]))
