"""Decide whether a candidate may go live: only if it loses no more than noise against what is served."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LOST_AVERAGE_PRECISION = 0.02
_LOST_RECALL = 0.05
_LOST_LANGUAGE_RECALL = 0.15
_MAX_FALSE_ALARMS = 0.004
_MIN_AVERAGE_PRECISION = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a candidate passed, each reason against it, and what was compared."""

    passed: bool
    reasons: tuple[str, ...]
    compared: tuple[str, ...] = ()


def judge(candidate: Mapping[str, Any], current: Mapping[str, Any] | None) -> Verdict:
    """Compare the metrics of a candidate with those of the current release, each on unseen posts."""
    reasons = tuple(_objections(candidate, current))
    return Verdict(not reasons, reasons, tuple(_comparison(candidate, current)))


def _comparison(candidate: Mapping[str, Any], current: Mapping[str, Any] | None) -> Iterator[str]:
    """Say what the candidate is held against, and by how much it may fall short."""
    if current is None:
        return
    ours, theirs = candidate["overall"], current["overall"]
    before, after = theirs["average_precision"] or 0.0, ours["average_precision"] or 0.0
    yield f"average precision {before:.3f} -> {after:.3f} (may fall by {_LOST_AVERAGE_PRECISION})"
    before, after = theirs["review"]["recall"] or 0.0, ours["review"]["recall"] or 0.0
    yield f"recall above review {before:.3f} -> {after:.3f} (may fall by {_LOST_RECALL})"
    if reviews := candidate.get("reviews"):
        before, after = reviews["current_loss"], reviews["candidate_loss"]
        yield f"log loss on {reviews['posts']} newly reviewed posts {before:.3f} -> {after:.3f}"


def _objections(candidate: Mapping[str, Any], current: Mapping[str, Any] | None) -> Iterator[str]:
    ours = candidate["overall"]
    alarms = candidate["background"]["false_positive_rate"]
    if alarms is not None and alarms > _MAX_FALSE_ALARMS:
        yield f"{alarms:.4f} of ordinary posts would enter the queue; at most {_MAX_FALSE_ALARMS} may"
    if (ours["average_precision"] or 0.0) < _MIN_AVERAGE_PRECISION:
        yield f"average precision {ours['average_precision']} is below {_MIN_AVERAGE_PRECISION}"
    if current is None:
        return
    yield from _losses(ours, current["overall"])
    for code, theirs in current["languages"].items():
        yield from _lost_language(code, candidate["languages"].get(code), theirs)
    yield from _lost_reviews(candidate.get("reviews"))


def _losses(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    lost = (theirs["average_precision"] or 0.0) - (ours["average_precision"] or 0.0)
    if lost > _LOST_AVERAGE_PRECISION:
        yield f"average precision fell by {lost:.3f}"
    lost = (theirs["review"]["recall"] or 0.0) - (ours["review"]["recall"] or 0.0)
    if lost > _LOST_RECALL:
        yield f"recall above review fell by {lost:.3f}"


def _lost_language(code: str, ours: Mapping[str, Any] | None, theirs: Mapping[str, Any]) -> Iterator[str]:
    before = theirs["review"]["recall"]
    after = ours["review"]["recall"] if ours else None
    if before is not None and after is None:
        yield f"{code} has no adverts to test on any more"
    elif before is not None and after is not None and before - after > _LOST_LANGUAGE_RECALL:
        yield f"recall in {code} fell from {before:.3f} to {after:.3f}"


def _lost_reviews(reviews: Mapping[str, Any] | None) -> Iterator[str]:
    """On reviewers' new labels, which neither model saw, the candidate must not err more."""
    if reviews and reviews["candidate_loss"] > reviews["current_loss"] + 0.05:
        yield (
            f"log loss on {reviews['posts']} reviewed posts rose from {reviews['current_loss']:.3f} "
            f"to {reviews['candidate_loss']:.3f}"
        )
