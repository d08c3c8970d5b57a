"""A candidate goes live only if it is not worse than what is served."""

from copy import deepcopy
from typing import Any

import pytest

from training.gate import judge

SOUND: dict[str, Any] = {
    "overall": {"average_precision": 0.8, "review": {"recall": 0.7}},
    "languages": {"en": {"review": {"recall": 0.75}}, "ps": {"review": {"recall": 0.6}}},
    "background": {"false_positive_rate": 0.002},
    "reviews": None,
}


def _with(path: str, value: Any) -> dict[str, Any]:
    """The sound metrics with one value changed."""
    changed = deepcopy(SOUND)
    *folders, name = path.split("/")
    place = changed
    for folder in folders:
        place = place[folder]
    place[name] = value
    return changed


@pytest.mark.parametrize("current", [None, SOUND])
def test_a_sound_candidate_passes(current: dict[str, Any] | None) -> None:
    """As the first release, and beside one that is as good."""
    verdict = judge(SOUND, current)
    assert verdict.passed
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("background/false_positive_rate", 0.0041, "0.0041 of ordinary posts would enter the queue"),
        ("overall/average_precision", 0.77, "average precision fell by 0.030"),
        ("overall/review/recall", 0.64, "recall above review fell by 0.060"),
        ("languages/ps/review/recall", 0.44, "recall in ps fell from 0.600 to 0.440"),
        ("languages/ps/review/recall", None, "ps has no adverts to test on any more"),
        ("languages", {"en": SOUND["languages"]["en"]}, "ps has no adverts to test on any more"),
        (
            "reviews",
            {"posts": 7, "candidate_loss": 0.46, "current_loss": 0.4},
            "log loss on 7 reviewed posts rose from 0.400 to 0.460",
        ),
    ],
)
def test_each_objection_refuses_by_itself(path: str, value: Any, reason: str) -> None:
    """One reason is enough, and it is told."""
    verdict = judge(_with(path, value), SOUND)
    assert not verdict.passed
    assert len(verdict.reasons) == 1
    assert verdict.reasons[0].startswith(reason)


@pytest.mark.parametrize("value", [0.49, None])
def test_the_first_release_must_be_of_use(value: float | None) -> None:
    """Below a floor nothing is served at all."""
    verdict = judge(_with("overall/average_precision", value), None)
    assert verdict.reasons == (f"average precision {value} is below 0.5",)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("background/false_positive_rate", 0.004),
        ("background/false_positive_rate", None),
        ("overall/average_precision", 0.781),
        ("overall/review/recall", 0.66),
        ("languages/ps/review/recall", 0.46),
        ("reviews", {"posts": 7, "candidate_loss": 0.44, "current_loss": 0.4}),
    ],
)
def test_small_losses_are_let_pass(path: str, value: Any) -> None:
    """What may be chance does not stop a release."""
    assert judge(_with(path, value), SOUND).passed


def test_a_new_language_and_a_gain_are_welcome() -> None:
    """What the served release could not be tested on is no objection."""
    without = _with("languages/ps/review/recall", None)
    assert judge(SOUND, without).passed
    assert judge(_with("overall/average_precision", 0.95), SOUND).passed


def test_all_objections_are_told_at_once() -> None:
    """An operator sees everything that is wrong."""
    bad = _with("languages", {})
    bad["background"]["false_positive_rate"] = 0.1
    bad["overall"] = {"average_precision": 0.3, "review": {"recall": None}}
    assert len(judge(bad, SOUND).reasons) == 6


def test_what_was_compared_is_told() -> None:
    """A passed candidate says by how much it differs; the first has nothing to be held against."""
    told = judge(SOUND, SOUND).compared
    assert [line.split(" ")[0] for line in told] == ["average", "recall"]
    assert judge(SOUND, None).compared == ()
