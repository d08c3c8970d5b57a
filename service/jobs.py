"""Start a retraining as a process of its own, which records what comes of it."""

import os
import subprocess
import sys
import threading

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
    # Somebody has to take note of the end, or the finished process stays in the table.
    threading.Thread(target=process.wait, daemon=True).start()
    return job


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
