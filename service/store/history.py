"""Queries of what people did: decisions and events. Rows are only ever added."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from model.records import Act
from service.records import Decision, Event
from service.store.schema import decisions, events

_undoing = decisions.alias("undoing")
#: A verdict stands until a later row undoes it.
_STANDS = (decisions.c.kind == "decide") & ~select(_undoing.c.id).where(
    _undoing.c.undoes == decisions.c.id
).exists()


def add_decision(connection: Connection, **fields: Any) -> Decision:
    """Record a verdict or its undoing."""
    row = connection.execute(insert(decisions).values(**fields).returning(*decisions.c)).one()
    return _decision(row)


def decisions_of(connection: Connection, case_id: int) -> tuple[Decision, ...]:
    """List a case's decisions, oldest first."""
    query = select(decisions).where(decisions.c.case_id == case_id).order_by(decisions.c.id)
    return tuple(_decision(row) for row in connection.execute(query))


def add_event(connection: Connection, case_id: int, event: Event) -> None:
    """Record what happened to a case."""
    fields = {"kind": event.kind, "user": event.user, "at": event.at, "note": event.note}
    connection.execute(insert(events).values(case_id=case_id, **fields))


def events_of(connection: Connection, case_id: int) -> tuple[Event, ...]:
    """List a case's events, oldest first."""
    query = select(events).where(events.c.case_id == case_id).order_by(events.c.id)
    return tuple(Event(row.kind, row.user, row.at, row.note) for row in connection.execute(query))


def standing(connection: Connection, after: int, limit: int) -> list[Decision]:
    """List the standing decisions of cases with higher ids, in the order of those."""
    query = select(decisions).where(decisions.c.case_id > after, _STANDS).order_by(decisions.c.case_id)
    return [_decision(row) for row in connection.execute(query.limit(limit))]


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        row.id,
        row.case_id,
        row.kind,
        Act(row.act) if row.act else None,
        row.reason,
        row.note,
        row.user,
        row.reviewer,
        row.decided_at,
        row.release,
        row.undoes,
    )
