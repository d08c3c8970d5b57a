"""Records of background work."""

from typing import Any

import pytest
from sqlalchemy import Engine

from model.errors import Conflict, NotFound
from service.store.jobs import Jobs


@pytest.fixture(name="jobs")
def _jobs(engine: Engine, clock: Any) -> Jobs:
    return Jobs(engine, clock)


def test_job_runs_from_queued_to_done(jobs: Jobs, clock: Any) -> None:
    """A job is queued, runs, and ends with its result."""
    job = jobs.add("retrain", "ann")
    assert (job.state, job.requested_by, job.finished_at) == ("queued", "ann", None)
    assert jobs.start(job.id).state == "running"
    jobs.finish(job.id, {"promoted": True})
    done = jobs.find(job.id)
    assert (done.state, done.result, done.finished_at) == ("done", {"promoted": True}, clock())


def test_failed_job_says_why(jobs: Jobs) -> None:
    """A job that fails keeps the reason."""
    job = jobs.add("retrain", "ann")
    assert jobs.finish(job.id, {"detail": "no data"}, failed=True).state == "failed"


def test_job_begins_and_ends_once(jobs: Jobs) -> None:
    """Two workers cannot both begin a job, nor end it twice."""
    job = jobs.add("retrain", "ann")
    jobs.start(job.id)
    with pytest.raises(Conflict, match="running"):
        jobs.start(job.id)
    jobs.finish(job.id, {})
    with pytest.raises(Conflict, match="done"):
        jobs.finish(job.id, {})


@pytest.mark.parametrize("job_id", [0, 7, 2**63])
def test_unknown_job_is_not_found(jobs: Jobs, job_id: int) -> None:
    """A number that no job has is not found."""
    for use in (jobs.find, jobs.start):
        with pytest.raises(NotFound):
            use(job_id)
