"""Retraining asked for over HTTP: the job, and what becomes of it."""

import time
from pathlib import Path
from typing import Any

import pytest

from service.api.examples import QUEUED
from service.store.jobs import Jobs


def _ended(api: Any, job_id: int) -> dict[str, Any]:
    """Wait for a job to end."""
    deadline = time.monotonic() + 60
    while True:
        job: dict[str, Any] = api.get(f"/v1/jobs/{job_id}").json()
        if job["state"] in ("done", "failed"):
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.1)


def test_retraining_without_labels_does_nothing(build: Any, small_data: Path) -> None:
    """The request is accepted with its job, which finds nothing new to learn."""
    api = build(data=small_data)
    answer = api.post("/v1/retrain", who="retrain")
    job = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/v1/jobs/{job['id']}")
    assert (job["kind"], job["requested_by"], job.keys()) == ("retrain", "retrain", QUEUED.keys())
    ended = _ended(api, job["id"])
    assert (ended["state"], ended["result"]) == ("done", {"new_labels": 0, "outcome": "nothing to do"})
    assert ended["finished_at"]


def test_retraining_that_cannot_begin_has_failed(api: Any) -> None:
    """A job whose process ends before it begins is not left waiting for ever."""
    api.parts.settings.releases_path.rename(api.parts.settings.home / "aside")
    api.parts.settings.releases_path.touch()
    job = _ended(api, api.post("/v1/retrain").json()["id"])
    assert (job["state"], job["result"]["outcome"]) == ("failed", "failed")
    assert "retrain.log" in job["result"]["detail"]
    assert "cannot be used" in (api.parts.settings.home / "retrain.log").read_text()


def test_job_is_shown(api: Any) -> None:
    """A job's state and result are shown by its number."""
    jobs = Jobs(api.parts.engine)
    job = jobs.add("retrain", "lena")
    jobs.finish(job.id, {"outcome": "refused", "reasons": ["recall fell"]})
    answer = api.get(f"/v1/jobs/{job.id}").json()
    assert (answer["state"], answer["result"]["reasons"]) == ("done", ["recall fell"])


@pytest.mark.parametrize("number", [0, -1, 999, 2**63, 10**30])
def test_unknown_job_is_404(shared_api: Any, problem: Any, number: int) -> None:
    """A job that does not exist is a 404, however large its number."""
    problem(shared_api.get(f"/v1/jobs/{number}"), 404, "not-found", f"no job {number}")
