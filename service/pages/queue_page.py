"""The queue: what waits, and the next case to take."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from service.api.access import ServicesDep
from service.pages.queue_view import Chosen, chosen_from, empty_state, lane_cards, rows
from service.pages.rendering import go, page
from service.pages.viewer import SenderDep, Viewer, ViewerDep
from service.records import Lane
from service.services import Services

router = APIRouter(prefix="/queue", include_in_schema=False)
FILTER_COOKIE = "breakwater_filter"
Field = Annotated[str, Form(max_length=200)]
Part = Annotated[str, Query(max_length=200)]
_PAGE = 25
_DONE = {
    "released": "Case {case} is back in the queue.",
    "skipped": "Case {case} is back in the queue and will not be offered to you again.",
    "escalated": "Case {case} is with the leads now.",
    "none": "There is nothing to claim here at the moment.",
}


def asked_for(lane: Part = "", language: Part = "", platform: Part = "") -> Chosen:
    """Read the filters from the address."""
    return Chosen(lane, language, platform)


@router.get("")
def queue(
    viewer: ViewerDep,
    parts: ServicesDep,
    chosen: Annotated[Chosen, Depends(asked_for)],
    shown: Annotated[int, Query(alias="page", ge=0, le=10_000)] = 0,
    done: Part = "",
    case: int | None = None,
) -> Response:
    """Show what waits, in the order in which it is offered."""
    listed = _listed(parts, viewer, chosen, shown)
    response = page(
        "queue.html", viewer, section="queue", notice=_DONE.get(done, "").format(case=case), **listed
    )
    response.set_cookie(FILTER_COOKIE, chosen.query, path="/", httponly=True, samesite="lax")
    return response


@router.post("/claim")
def claim_next(
    request: Request,
    viewer: SenderDep,
    parts: ServicesDep,
    lane: Field = "",
    language: Field = "",
    platform: Field = "",
) -> Response:
    """Claim the next case of the list and open it."""
    fields = {"lane": lane, "language": language, "platform": platform}
    return next_case(request, viewer, parts, chosen_from(fields, request.cookies.get(FILTER_COOKIE, "")))


def next_case(
    request: Request, viewer: Viewer, parts: Services, chosen: Chosen | None = None, after: int | None = None
) -> Response:
    """Claim and open the next case; `after` names the one just decided, which can be undone there."""
    viewer.needs("review")
    chosen = chosen or chosen_from({}, request.cookies.get(FILTER_COOKIE, ""))
    if chosen.lane == Lane.ESCALATED and not viewer.may("escalated"):
        # Everyone may look at that lane, but what comes next is a case that the viewer may take.
        chosen = replace(chosen, lane="")
    claimed = parts.triage.claim(viewer.principal, chosen.as_filter())
    if claimed:
        return go(f"/cases/{claimed[0].id}" + (f"?after={after}" if after else ""))
    if after:
        return go(f"/cases/{after}?after={after}&done=none")
    link = chosen.link()
    return go(f"{link}{'&' if '?' in link else '?'}done=none")


def _listed(parts: Services, viewer: Viewer, chosen: Chosen, shown: int) -> dict[str, Any]:
    """Gather what the page lists."""
    now = datetime.now(UTC)
    summary = parts.triage.summary()
    found = parts.triage.queue(chosen.as_filter(), _PAGE + 1, shown * _PAGE, viewer.principal)
    may_escalated = viewer.may("escalated")
    cards = lane_cards(summary, chosen, escalated=may_escalated)
    return {
        "lanes": cards,
        "cases": rows(found[:_PAGE], now),
        "mine": [case for case, _ in parts.triage.held(viewer.principal)],
        "languages": _options(summary.languages, chosen.language),
        "platforms": _options(summary.platforms, chosen.platform),
        "chosen": {"lane": chosen.lane, "language": chosen.language, "platform": chosen.platform},
        "here": chosen.link(),
        "may_review": viewer.may("review") and (may_escalated or chosen.lane != Lane.ESCALATED),
        "empty": empty_state(cards, chosen),
        "summary_line": f"{cards[0].open} waiting, {cards[0].claimed} in review",
        "earlier": chosen.link(page=shown - 1) if shown else "",
        "later": chosen.link(page=shown + 1) if len(found) > _PAGE else "",
        "first": shown * _PAGE + 1,
        "last": shown * _PAGE + len(found[:_PAGE]),
    }


def _options(known: Sequence[str], chosen: str) -> list[str]:
    """List what a filter can take, with what it is set to even when no case has it any more."""
    return sorted({*known, chosen} - {""})
