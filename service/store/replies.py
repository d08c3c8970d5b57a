"""Keep the answers to keyed writes for a day, so that a repeated write can be answered alike."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, delete, select

from service.clock import Clock, now_utc
from service.store.database import inserting, read, write
from service.store.schema import replies

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the digest of the request that it answered."""

    request: str
    status: int
    media_type: str
    body: bytes


class Replies:
    """Answers by name; the first one kept under a name stays."""

    def __init__(self, engine: Engine, clock: Clock = now_utc) -> None:
        self._engine = engine
        self._clock = clock

    def find(self, name: str) -> Reply | None:
        """Find an answer that is not older than a day."""
        columns = (replies.c.request, replies.c.status, replies.c.media_type, replies.c.body)
        query = select(*columns).where(replies.c.name == name, replies.c.kept_at > self._clock() - KEPT)
        with read(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return Reply(row.request, row.status, row.media_type, row.body) if row else None

    def keep(self, name: str, reply: Reply) -> None:
        """Keep an answer, and drop those that are older than a day."""
        now = self._clock()
        row = {
            "name": name,
            "request": reply.request,
            "status": reply.status,
            "media_type": reply.media_type,
            "body": reply.body,
            "kept_at": now,
        }
        with write(self._engine) as connection:
            connection.execute(delete(replies).where(replies.c.kept_at <= now - KEPT))
            connection.execute(inserting(connection, replies).values(row).on_conflict_do_nothing())
