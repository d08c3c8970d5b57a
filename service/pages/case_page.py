"""One case: see it, hold it, act on it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from model.errors import InputError, InvalidPost
from model.records import Act
from service.api.access import ServicesDep
from service.pages.case_view import case_context
from service.pages.errors import Draft, keeping
from service.pages.queue_page import next_case
from service.pages.rendering import go, page
from service.pages.viewer import SenderDep, Viewer, ViewerDep
from service.services import Services

router = APIRouter(prefix="/cases/{case_id}", include_in_schema=False)
Field = Annotated[str, Form(max_length=500)]
Note = Annotated[str, Form(max_length=20_000)]
_DONE = {
    "undone": "The decision was undone.",
    "none": "Nothing else waits at the moment.",
}


def entered(act: Field = "", reason: Field = "", note: Note = "") -> Draft:
    """Read what a reviewer entered into the decision form."""
    return Draft(act, reason, note)


@router.get("")
def show(
    case_id: int, viewer: ViewerDep, parts: ServicesDep, after: int | None = None, done: str = ""
) -> Response:
    """Show a case; `after` names the case decided just before, whose decision can be undone here."""
    return _page(parts, viewer, case_id, after=after, notice=_DONE.get(done, ""))


@router.post("/claim")
def claim(case_id: int, viewer: SenderDep, parts: ServicesDep) -> Response:
    """Claim this very case."""
    viewer.needs("review")
    parts.triage.claim_case(viewer.principal, case_id)
    return go(f"/cases/{case_id}")


@router.post("/extend")
def extend(case_id: int, viewer: SenderDep, parts: ServicesDep, token: Field = "") -> Response:
    """Hold the case longer."""
    viewer.needs("review")
    with keeping(case_id, "request for more time"):
        parts.triage.extend(case_id, token, by=viewer.principal)
    return go(f"/cases/{case_id}")


@router.post("/release")
def release(case_id: int, viewer: SenderDep, parts: ServicesDep, token: Field = "") -> Response:
    """Give the case back."""
    viewer.needs("review")
    with keeping(case_id, "release"):
        parts.triage.release(case_id, token, by=viewer.principal)
    return go(f"/queue?done=released&case={case_id}")


@router.post("/skip")
def skip(case_id: int, viewer: SenderDep, parts: ServicesDep, token: Field = "") -> Response:
    """Give the case back for others."""
    viewer.needs("review")
    with keeping(case_id, "skip"):
        parts.triage.skip(case_id, token, by=viewer.principal)
    return go(f"/queue?done=skipped&case={case_id}")


@router.post("/escalate")
def escalate(
    case_id: int, viewer: SenderDep, parts: ServicesDep, token: Field = "", note: Note = ""
) -> Response:
    """Pass the case on to the leads."""
    viewer.needs("review")
    with keeping(case_id, "escalation", Draft(note=note)):
        parts.triage.escalate(case_id, token, note, by=viewer.principal)
    return go(f"/queue?done=escalated&case={case_id}")


@router.post("/decide")
def decide(
    request: Request,
    case_id: int,
    viewer: SenderDep,
    parts: ServicesDep,
    draft: Annotated[Draft, Depends(entered)],
    token: Field = "",
    then: Field = "",
) -> Response:
    """Record the decision, then show it or go on with the next case; a bad entry comes back to the form."""
    viewer.needs("review")
    try:
        with keeping(case_id, "decision", draft):
            act = _act(draft.act)
            parts.triage.decide(case_id, token, act, draft.reason, draft.note, by=viewer.principal)
    except (InvalidPost, InputError) as error:
        return _page(parts, viewer, case_id, status=422, draft=draft, problem=str(error))
    parts.metrics.decided.labels(act).inc()
    return next_case(request, viewer, parts, after=case_id) if then == "next" else go(f"/cases/{case_id}")


@router.post("/undo")
def undo(case_id: int, viewer: SenderDep, parts: ServicesDep) -> Response:
    """Undo the decision on the case."""
    viewer.needs("review")
    parts.triage.undo(case_id, viewer.principal)
    return go(f"/cases/{case_id}?done=undone")


def _act(code: str) -> Act:
    if code not in tuple(Act):
        raise InputError("choose what the post does")
    return Act(code)


def _page(
    parts: Services,
    viewer: Viewer,
    case_id: int,
    *,
    status: int = 200,
    after: int | None = None,
    draft: Draft | None = None,
    **said: str,
) -> Response:
    case = parts.triage.case(case_id)
    context = case_context(parts, viewer, case, after, draft or Draft())
    return page("case.html", viewer, status=status, **context | said)
