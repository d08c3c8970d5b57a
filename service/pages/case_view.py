"""Lay one case out for its page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from model.records import Act
from service.pages.errors import Draft
from service.pages.highlight import hidden_characters, reasons, segments
from service.pages.rendering import token_field
from service.pages.viewer import Viewer
from service.pages.wording import ACT_KEYS, ACT_NAMES, act_name, aware, spaced
from service.reasons import REASONS
from service.records import Case, Claim, Decision, Event, State
from service.services import Services

_REASON_TEXTS = {reason.code: reason.text for reason in REASONS}
_EVENT_TITLES = {
    "claimed": "Claimed",
    "extended": "Held longer",
    "released": "Released to the queue",
    "skipped": "Skipped",
    "escalated": "Escalated to the leads",
}
# Decisions are listed from their own records, with act and reason.
_EVENTS_SHOWN_ELSEWHERE = frozenset({"decided", "undone"})


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One thing that happened to a case."""

    title: str
    who: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """A decision that the viewer can still take back."""

    case_id: int
    act: str
    until: datetime
    left: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands with a case that the viewer does not hold."""

    title: str
    detail: str
    note: str = ""
    may_claim: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """The viewer's own claim."""

    expires_at: datetime
    left: int


def case_context(
    parts: Services, viewer: Viewer, case: Case, after: int | None, draft: Draft
) -> dict[str, Any]:
    """Gather what the page of a case shows to a viewer."""
    claim = parts.triage.claim_of(viewer.principal, case.id)
    text = case.post.text
    return {
        "section": "queue",
        "case": case,
        "claim": _hold(claim) if claim else None,
        "token_field": lambda: token_field(claim.token if claim else ""),
        "state_name": _state_name(case, claim),
        "standing": _standing(case, viewer),
        "undo": _undo(parts, viewer, case, after),
        "segments": segments(text, case.explanation.evidence),
        "reasons": reasons(text, case.explanation.evidence),
        "hidden": hidden_characters(text),
        "history": list(history(case)),
        "acts": [_act_choice(act) for act in Act],
        "reason_list": REASONS,
        "draft": draft,
        "may_review": viewer.may("review"),
    }


def history(case: Case) -> Iterator[HistoryItem]:
    """Tell what happened to a case, newest first."""
    decided = {decision.id: decision for decision in case.decisions}
    told = [_told_decision(decision, decided) for decision in case.decisions]
    told += [_told_event(event) for event in case.events if event.kind not in _EVENTS_SHOWN_ELSEWHERE]
    return iter(sorted(told, key=lambda item: item.at, reverse=True))


def _told_decision(decision: Decision, decided: dict[int, Decision]) -> HistoryItem:
    undone = decided.get(decision.undoes) if decision.undoes is not None else None
    title = f"Undid: {_verdict(undone)}" if undone else f"Decided {_verdict(decision)}"
    return HistoryItem(title, decision.user, decision.decided_at, decision.note)


def _verdict(decision: Decision) -> str:
    return f"{_act_name(decision)} ({_reason_text(decision)})"


def _act_name(decision: Decision) -> str:
    return act_name(decision.act) if decision.act else "undone"


def _reason_text(decision: Decision) -> str:
    code = decision.reason or ""
    return _REASON_TEXTS.get(code, spaced(code))


def _told_event(event: Event) -> HistoryItem:
    title = _EVENT_TITLES.get(event.kind, spaced(event.kind).capitalize())
    return HistoryItem(title, event.user or "the service", event.at, event.note)


def _act_choice(act: Act) -> dict[str, Any]:
    name, hint = ACT_NAMES[act]
    return {"code": act.value, "name": name, "hint": hint, "key": ACT_KEYS[act], "advert": act.is_advert}


def _hold(claim: Claim) -> Hold:
    return Hold(claim.expires_at, _seconds_until(claim.expires_at))


def _undo(parts: Services, viewer: Viewer, case: Case, after: int | None) -> Undo | None:
    """Offer to undo the case decided just before, or this one."""
    decided = parts.triage.case(after) if after and after != case.id else case
    until = parts.triage.undo_until(decided, viewer.principal)
    if until is None or decided.standing is None:
        return None
    return Undo(decided.id, _act_name(decided.standing), until, _seconds_until(until))


def _state_name(case: Case, claim: Claim | None) -> str:
    if claim:
        return "held by you"
    if case.state is State.CLAIMED:
        return f"in review by {case.holder}"
    return {State.OPEN: "open", State.ESCALATED: "escalated", State.CLOSED: "decided"}[case.state]


def _standing(case: Case, viewer: Viewer) -> Standing:
    """Say why the viewer cannot decide now, and what they can do."""
    if case.state is State.CLOSED:
        return _closed(case)
    if not viewer.may("review"):
        return Standing("Not decided yet", "You can see cases; your role does not decide them.")
    if case.state is State.CLAIMED and case.holder != viewer.principal.name:
        return Standing(
            f"In review by {case.holder}",
            "It comes back to the queue if they release it or their hold runs out.",
        )
    if case.state is State.ESCALATED and not viewer.may("escalated"):
        return Standing("With the leads", "It was escalated; a lead or an admin decides it.")
    return Standing("Waiting for a decision", "Claim it to decide it.", may_claim=True)


def _closed(case: Case) -> Standing:
    decision = case.standing
    if decision is None:
        return Standing("Closed", "No decision stands.")
    return Standing(
        f"Decided: {_act_name(decision)}", f"{_reason_text(decision)}. By {decision.user}.", decision.note
    )


def _seconds_until(moment: datetime) -> int:
    return max(0, int((aware(moment) - datetime.now(UTC)).total_seconds()))
