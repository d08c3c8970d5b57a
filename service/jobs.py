"""Start a retraining as a process of its own, which records what comes of it."""

import os
import subprocess
import sys
import threading
from contextlib import suppress

from model.errors import BreakwaterError
from service.records import Job, Principal
from service.services import Services
from service.settings import PREFIX, Settings
from service.store.jobs import Jobs

RETRAIN = "retrain"


def start_retraining(parts: Services, asked_by: Principal) -> Job:
    """Queue a retraining and start it; it goes on even if the service stops."""
    job = Jobs(parts.engine).add(RETRAIN, asked_by.name)
    log_path = parts.settings.home / "retrain.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command, no outside words
            [sys.executable, "-m", "service", RETRAIN, "--job", str(job.id)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(parts.settings),
            start_new_session=True,
        )
    threading.Thread(target=_see_through, args=(process, Jobs(parts.engine), job.id), daemon=True).start()
    return job


def _see_through(process: "subprocess.Popen[bytes]", jobs: Jobs, job_id: int) -> None:
    """Wait for the process; a job that it did not end itself has failed."""
    status = process.wait()
    result = {
        "outcome": "failed",
        "detail": f"ended with status {status}; retrain.log in the home folder says why",
    }
    # A job that has ended already is in conflict, and that is well.
    with suppress(BreakwaterError):
        jobs.finish(job_id, result, failed=True)


def _environment(settings: Settings) -> dict[str, str]:
    """Hand on the settings that this service runs with, wherever they came from."""
    own = {
        "HOME": settings.home.resolve(),
        "DATA": settings.data.resolve(),
        "DATABASE_URL": settings.database_url,
    }
    if settings.signing_key:
        own["SIGNING_KEY"] = settings.signing_key
    return dict(os.environ) | {f"{PREFIX}{name}": str(value) for name, value in own.items()}
