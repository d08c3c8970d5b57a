"""Work the queue: list, claim, decide."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from model.errors import NotFound
from model.records import Act
from service.answers import case_answer, case_in_full, claimed_answer, record_answer
from service.api.access import ReadCaller, ReviewCaller, ServicesDep
from service.api.examples import CASE, CLAIMED, DECIDED, DECISION, IN_FULL, QUEUE, REASON_LIST, answers
from service.api.problems import Answer
from service.reasons import REASONS
from service.records import QueueFilter

router = APIRouter(prefix="/v1", tags=["queue"])


class Held(BaseModel):
    """What proves a claim."""

    model_config = ConfigDict(extra="forbid")

    token: str


class Escalation(Held):
    """Why someone with more experience should look."""

    note: str = ""


class Verdict(Held):
    """A decision: the act, and a reason from the policy list."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": DECISION})

    act: Act
    reason: str
    note: str = ""


def queue_filter(
    lane: str | None = None, language: str | None = None, platform: str | None = None
) -> QueueFilter:
    """Read the filter from the query."""
    return QueueFilter(lane, language, platform)


FilterDep = Annotated[QueueFilter, Depends(queue_filter)]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/queue", responses=answers(QUEUE))
def queue(
    caller: ReadCaller, parts: ServicesDep, chosen: FilterDep, limit: Limit = 50, offset: Offset = 0
) -> Answer:
    """List cases in the order in which they are offered, and what waits in each lane."""
    cases = [case_answer(case) for case in parts.triage.queue(chosen, limit, offset, caller)]
    return Answer({"cases": cases, "summary": record_answer(parts.triage.summary())})


@router.post("/queue/claim", responses=answers(CLAIMED))
def claim(caller: ReviewCaller, parts: ServicesDep, chosen: FilterDep) -> Answer:
    """Claim the next case; 404 when nothing waits."""
    claimed = parts.triage.claim(caller, chosen)
    if claimed is None:
        raise NotFound("no case is waiting")
    return Answer(claimed_answer(*claimed))


@router.get("/reasons", responses=answers(REASON_LIST))
def reasons(caller: ReadCaller) -> Answer:  # noqa: ARG001 - the caller is checked
    """List the policy reasons that a decision may cite."""
    return Answer({"reasons": [record_answer(reason) for reason in REASONS]})


@router.get("/cases/{case_id}", responses=answers(IN_FULL))
def case(case_id: int, caller: ReadCaller, parts: ServicesDep) -> Answer:  # noqa: ARG001 - the caller is checked
    """Show a case with its history and the reasons for its score."""
    return Answer(case_in_full(parts.triage.case(case_id)))


@router.post("/cases/{case_id}/claim", responses=answers(CLAIMED))
def claim_case(case_id: int, caller: ReviewCaller, parts: ServicesDep) -> Answer:
    """Claim a certain case; 409 if someone holds it."""
    return Answer(claimed_answer(*parts.triage.claim_case(caller, case_id)))


@router.post("/cases/{case_id}/extend", responses=answers(CLAIMED["claim"]))
def extend(case_id: int, held: Held, caller: ReviewCaller, parts: ServicesDep) -> Answer:
    """Hold a case for another lease from now."""
    return Answer(record_answer(parts.triage.extend(case_id, held.token, by=caller)))


@router.post("/cases/{case_id}/release", responses=answers(CASE))
def release(case_id: int, held: Held, caller: ReviewCaller, parts: ServicesDep) -> Answer:
    """Give a case back to the queue."""
    return Answer(case_answer(parts.triage.release(case_id, held.token, by=caller)))


@router.post("/cases/{case_id}/skip", responses=answers(CASE))
def skip(case_id: int, held: Held, caller: ReviewCaller, parts: ServicesDep) -> Answer:
    """Give a case back and do not be offered it again."""
    return Answer(case_answer(parts.triage.skip(case_id, held.token, by=caller)))


@router.post("/cases/{case_id}/escalate", responses=answers(CASE))
def escalate(case_id: int, held: Escalation, caller: ReviewCaller, parts: ServicesDep) -> Answer:
    """Pass a case on to the leads."""
    return Answer(case_answer(parts.triage.escalate(case_id, held.token, held.note, by=caller)))


@router.post("/cases/{case_id}/decide", responses=answers(DECIDED))
def decide(case_id: int, verdict: Verdict, caller: ReviewCaller, parts: ServicesDep) -> Answer:
    """Record a verdict and close the case; needs a live claim."""
    decision = parts.triage.decide(
        case_id, verdict.token, verdict.act, verdict.reason, verdict.note, by=caller
    )
    parts.metrics.decided.labels(verdict.act).inc()
    return Answer(record_answer(decision))


@router.post("/cases/{case_id}/undo", responses=answers(CASE))
def undo(case_id: int, caller: ReviewCaller, parts: ServicesDep) -> Answer:
    """Undo the standing decision, within its grace window."""
    return Answer(case_answer(parts.triage.undo(case_id, caller)))
