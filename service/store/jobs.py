"""Keep a record of work done in the background."""

from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from model.errors import Conflict, NotFound
from service.clock import Clock, now_utc
from service.records import Job
from service.store.database import read, write
from service.store.schema import jobs

_LARGEST_ID = 2**63 - 1


class Jobs:
    """Jobs by number: queued, running, then done or failed."""

    def __init__(self, engine: Engine, clock: Clock = now_utc) -> None:
        self._engine = engine
        self._clock = clock

    def add(self, kind: str, requested_by: str) -> Job:
        """Queue a job."""
        fields = {"kind": kind, "state": "queued", "requested_by": requested_by}
        query = insert(jobs).values(fields | {"created_at": self._clock()}).returning(*jobs.c)
        with write(self._engine) as connection:
            return _job(connection.execute(query).one())

    def find(self, job_id: int) -> Job:
        """Show a job; raises NotFound."""
        query = select(jobs).where(jobs.c.id == job_id)
        with read(self._engine) as connection:
            row = connection.execute(query).one_or_none() if 0 < job_id <= _LARGEST_ID else None
        if row is None:
            raise NotFound(f"there is no job {job_id}")
        return _job(row)

    def start(self, job_id: int) -> Job:
        """Begin a queued job; raises Conflict if it was begun before."""
        return self._move(job_id, ("queued",), state="running")

    def finish(self, job_id: int, result: dict[str, Any], *, failed: bool = False) -> Job:
        """End a job with what came of it; raises Conflict if it has ended."""
        state = "failed" if failed else "done"
        return self._move(
            job_id, ("queued", "running"), state=state, result=result, finished_at=self._clock()
        )

    def _move(self, job_id: int, states: tuple[str, ...], **changes: Any) -> Job:
        self.find(job_id)
        query = update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(states)).values(**changes)
        with write(self._engine) as connection:
            row = connection.execute(query.returning(*jobs.c)).one_or_none()
        if row is None:
            raise Conflict(f"job {job_id} is {self.find(job_id).state} already")
        return _job(row)


def _job(row: Row[Any]) -> Job:
    return Job(row.id, row.kind, row.state, row.requested_by, row.created_at, row.finished_at, row.result)
