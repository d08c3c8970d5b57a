"""Queries of cases: route, list, hold, close. Each works within the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, case, func, select, update

from model.errors import NotFound
from model.records import Explanation, Post
from service.records import Case, Claim, Lane, LaneSummary, QueueFilter, State
from service.store.columns import escape_text
from service.store.database import inserting
from service.store.explanations import pack, unpack
from service.store.schema import cases, decisions, skips

T = TypeVar("T")
_CHUNK = 500
_LARGEST_ID = 2**63 - 1
_RANK = case({lane.value: rank for rank, lane in enumerate(Lane)}, value=cases.c.lane)
_ORDER = (cases.c.stance.desc(), cases.c.created_at, cases.c.id)
_UNCLOSED = cases.c.closed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Entry:
    """A post on its way into the queue."""

    identity: str
    lane: Lane
    post: Post
    explanation: Explanation
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """The state of a case whose row the transaction has locked; the reviewer's part is None when unheld."""

    case_id: int
    lane: Lane
    release: str
    created_at: datetime
    closed: bool
    reviewer: str | None
    user: str | None
    token: str | None
    until: datetime | None


def add(connection: Connection, entries: Iterable[Entry], now: datetime) -> set[str]:
    """Insert the entries that are new and return their identities.

    They go in by identity, always in that order, so that two batches cannot wait for each other.
    """
    rows = [_row(entry, now) | {"created_at": now} for entry in _sorted(entries)]
    insert = inserting(connection, cases).on_conflict_do_nothing(index_elements=["identity"])
    new: set[str] = set()
    for chunk in _chunks(rows):
        new.update(connection.scalars(insert.returning(cases.c.identity), chunk))
    return new


def refresh(connection: Connection, entries: Iterable[Entry], now: datetime) -> None:
    """Give cases their newer post and score, unless a person has them: claimed, escalated or decided.

    A verdict stays with the text that it was about, even after it was undone.
    """
    decided = select(decisions.c.id).where(decisions.c.case_id == cases.c.id)
    untouched = (_UNCLOSED, cases.c.lane != Lane.ESCALATED, ~_held(now), ~decided.exists())
    query = update(cases).where(cases.c.identity == bindparam("known"), *untouched)
    kept = ("identity", "due_at")
    rows = [
        {"known": entry.identity}
        | {name: value for name, value in _row(entry, now).items() if name not in kept}
        for entry in _sorted(entries)
    ]
    if rows:
        connection.execute(query, rows)


def numbers(connection: Connection, identities: Iterable[str]) -> dict[str, int]:
    """Map identities to the ids of their cases."""
    found: dict[str, int] = {}
    for chunk in _chunks(sorted(identities)):
        query = select(cases.c.identity, cases.c.id).where(cases.c.identity.in_(chunk))
        found.update({row.identity: row.id for row in connection.execute(query)})
    return found


def listed(
    connection: Connection, lanes: Sequence[Lane], chosen: QueueFilter, page: tuple[int, int], now: datetime
) -> list[Case]:
    """List a page (limit, offset) of unclosed cases in the order in which they are offered."""
    limit, offset = page
    query = _chosen(select(cases), chosen).where(_UNCLOSED, cases.c.lane.in_(lanes))
    ordered = query.order_by(_RANK, *_ORDER).limit(limit).offset(offset)
    return [_case(row, now) for row in connection.execute(ordered)]


def find(connection: Connection, case_id: int, now: datetime) -> Case:
    """Read a case without its history."""
    return _case(_only(connection, select(cases), case_id), now)


def held_by(connection: Connection, reviewer: str, now: datetime) -> list[tuple[Case, Claim]]:
    """List what a reviewer holds, the claim that ends first at the front."""
    query = (
        select(cases).where(cases.c.reviewer == reviewer, _UNCLOSED, _held(now)).order_by(cases.c.held_until)
    )
    return [
        (_case(row, now), Claim(row.id, row.token, row.held_until, row.holder))
        for row in connection.execute(query)
    ]


def next_waiting(
    connection: Connection, lane: Lane, chosen: QueueFilter, reviewer: str, now: datetime
) -> int | None:
    """Find and lock the next case of a lane that nobody holds and the reviewer did not skip."""
    skipped = select(skips.c.case_id).where(skips.c.case_id == cases.c.id, skips.c.reviewer == reviewer)
    query = _chosen(select(cases.c.id), chosen).where(
        _UNCLOSED, cases.c.lane == lane, ~_held(now), ~skipped.exists()
    )
    # SQLite has no row locks and needs none: the transaction holds the one write lock.
    locked = query.order_by(*_ORDER).limit(1).with_for_update(skip_locked=True)
    found: int | None = connection.scalar(locked)
    return found


def lock(connection: Connection, case_id: int) -> Hold:
    """Lock a case and say who holds it, alive or expired."""
    row = _only(connection, select(cases).with_for_update(), case_id)
    return Hold(
        row.id,
        Lane(row.lane),
        row.release,
        row.created_at,
        row.closed_at is not None,
        row.reviewer,
        row.holder,
        row.token,
        row.held_until,
    )


def hold(connection: Connection, claim: Claim, reviewer: str) -> None:
    """Write a claim into its case."""
    _set(
        connection,
        claim.case_id,
        reviewer=reviewer,
        holder=claim.user,
        token=claim.token,
        held_until=claim.expires_at,
    )


def let_go(connection: Connection, case_id: int, **changes: Any) -> None:
    """End the claim on a case, with other changes to it."""
    _set(connection, case_id, reviewer=None, holder=None, token=None, held_until=None, **changes)


def summary(connection: Connection, now: datetime) -> tuple[LaneSummary, ...]:
    """Count each lane's waiting and claimed cases."""
    held = _held(now)
    query = select(
        cases.c.lane,
        func.count().filter(~held).label("open"),
        func.count().filter(held).label("claimed"),
        func.min(cases.c.created_at).filter(~held).label("oldest"),
    ).where(_UNCLOSED)
    counted = {row.lane: row for row in connection.execute(query.group_by(cases.c.lane))}
    return tuple(
        LaneSummary(lane, row.open, row.claimed, row.oldest)
        if (row := counted.get(lane.value))
        else LaneSummary(lane, 0, 0, None)
        for lane in Lane
    )


def languages(connection: Connection) -> tuple[str, ...]:
    """List the languages of unclosed cases."""
    query = select(cases.c.language).where(_UNCLOSED).distinct()
    return tuple(sorted(connection.scalars(query)))


def platforms(connection: Connection) -> tuple[str, ...]:
    """List the platforms of unclosed cases."""
    query = select(cases.c.platform).where(_UNCLOSED, cases.c.platform.is_not(None)).distinct()
    return tuple(sorted(connection.scalars(query)))


def to_post(row: Row[Any]) -> Post:
    """Read the post of a case's row."""
    return Post(row.text, row.post_id, row.platform, row.account, row.url, row.posted_at)


def skip(connection: Connection, case_id: int, reviewer: str) -> None:
    """Remember that a reviewer is not to be offered a case again."""
    row = inserting(connection, skips).values(case_id=case_id, reviewer=reviewer)
    connection.execute(row.on_conflict_do_nothing())


def _held(now: datetime) -> ColumnElement[bool]:
    return and_(cases.c.held_until.is_not(None), cases.c.held_until > now)


def _chosen(query: Select[Any], chosen: QueueFilter) -> Select[Any]:
    if chosen.language is not None:
        query = query.where(cases.c.language == escape_text(chosen.language))
    if chosen.platform is not None:
        query = query.where(cases.c.platform == chosen.platform)
    return query


def _only(connection: Connection, query: Select[Any], case_id: int) -> Row[Any]:
    known = 0 < case_id <= _LARGEST_ID
    row = connection.execute(query.where(cases.c.id == case_id)).one_or_none() if known else None
    if row is None:
        raise NotFound(f"there is no case {case_id}")
    return row


def _set(connection: Connection, case_id: int, **changes: Any) -> None:
    connection.execute(update(cases).where(cases.c.id == case_id).values(**changes))


def _sorted(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.identity)


def _chunks(rows: Sequence[T]) -> Iterable[Sequence[T]]:
    return (rows[start : start + _CHUNK] for start in range(0, len(rows), _CHUNK))


def _row(entry: Entry, now: datetime) -> dict[str, Any]:
    score, post = entry.explanation.score, entry.post
    return {
        "identity": entry.identity,
        "lane": entry.lane.value,
        "text": post.text,
        "post_id": post.id,
        "platform": post.platform,
        "account": post.account,
        "url": post.url,
        "posted_at": post.posted_at,
        "language": score.language,
        "probability": float(score.probability),
        "stance": float(score.stance),
        "release": score.release,
        "explanation": pack(entry.explanation),
        "updated_at": now,
        "due_at": entry.due_at,
    }


def _case(row: Row[Any], now: datetime) -> Case:
    alive = row.held_until is not None and row.held_until > now and row.closed_at is None
    return Case(
        row.id,
        row.identity,
        Lane(row.lane),
        _state(row, alive=alive),
        to_post(row),
        unpack(row.explanation),
        row.created_at,
        row.due_at,
        row.closed_at,
        row.holder if alive else None,
        row.held_until if alive else None,
    )


def _state(row: Row[Any], *, alive: bool) -> State:
    if row.closed_at is not None:
        return State.CLOSED
    if alive:
        return State.CLAIMED
    return State.ESCALATED if row.lane == Lane.ESCALATED else State.OPEN
