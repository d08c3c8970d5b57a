"""Ask for a retraining, and see what came of it."""

from http import HTTPStatus

from fastapi import APIRouter

from service.answers import record_answer
from service.api.access import ReadCaller, RetrainCaller, ServicesDep
from service.api.examples import JOB, QUEUED, answers
from service.api.problems import Answer
from service.jobs import start_retraining
from service.store.jobs import Jobs

router = APIRouter(prefix="/v1", tags=["releases"])


@router.post("/retrain", status_code=HTTPStatus.ACCEPTED, responses=answers(QUEUED, HTTPStatus.ACCEPTED))
def retrain(caller: RetrainCaller, parts: ServicesDep) -> Answer:
    """Train again with what reviewers decided; the release is served once it passes the gate."""
    job = start_retraining(parts, caller)
    headers = {"Location": f"/v1/jobs/{job.id}"}
    return Answer(record_answer(job), status_code=HTTPStatus.ACCEPTED, headers=headers)


@router.get("/jobs/{job_id}", responses=answers(JOB))
def job(job_id: int, caller: ReadCaller, parts: ServicesDep) -> Answer:  # noqa: ARG001 - the caller is checked
    """Show a job: queued, running, done or failed, with its result."""
    return Answer(record_answer(Jobs(parts.engine).find(job_id)))
