"""The values of the queue and of access: cases, claims, decisions, users, keys and principals."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from model.records import Act, Explanation, Post, Score


class Lane(StrEnum):
    """Where a case waits; they are offered in this order."""

    ESCALATED = "escalated"
    HIGH = "high"
    REVIEW = "review"
    UNSURE = "unsure"


class State(StrEnum):
    """What happens to a case; an expired claim is no claim, so the case is open (or escalated) again."""

    OPEN = "open"
    CLAIMED = "claimed"
    ESCALATED = "escalated"
    CLOSED = "closed"


class Role(StrEnum):
    """What a person does here; `service.scopes.OF_ROLE` says what each may do."""

    ADMIN = "admin"
    LEAD = "lead"
    MODERATOR = "moderator"
    ANALYST = "analyst"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a person, or an API key that may stand for one."""

    name: str
    user_id: int | None
    role: Role | None
    scopes: frozenset[str]

    @property
    def reviewer(self) -> str:
        """Name that claims, skips and decisions are kept under; it survives a change of session."""
        return f"user:{self.user_id}" if self.user_id is not None else f"key:{self.name}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One reviewer's exclusive hold on a case until `expires_at`; the token proves it."""

    case_id: int
    token: str
    expires_at: datetime
    user: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's verdict, or the undoing of one (`kind` "undo", `undoes` the id of the verdict)."""

    id: int
    case_id: int
    kind: str
    act: Act | None
    reason: str | None
    note: str
    user: str
    reviewer: str
    decided_at: datetime
    release: str
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case: claimed, extended, released, skipped, escalated, decided, undone."""

    kind: str
    user: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """A post in the queue; `holder` and `held_until` are set while a claim lives.

    Lists of cases leave `decisions` and `events` empty.
    """

    id: int
    identity: str
    lane: Lane
    state: State
    post: Post
    explanation: Explanation
    created_at: datetime
    due_at: datetime
    closed_at: datetime | None
    holder: str | None
    held_until: datetime | None
    decisions: tuple[Decision, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def score(self) -> Score:
        """The score that the case was routed with."""
        return self.explanation.score

    @property
    def standing(self) -> Decision | None:
        """The latest decision that was not undone."""
        undone = {decision.undoes for decision in self.decisions}
        verdicts = (d for d in reversed(self.decisions) if d.kind == "decide" and d.id not in undone)
        return next(verdicts, None)


@dataclass(frozen=True, slots=True)
class Routed:
    """What became of a submitted post: its case, and whether this submission made it."""

    identity: str
    case_id: int | None
    created: bool


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which cases to look at; None means all."""

    lane: str | None = None
    language: str | None = None
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class LaneSummary:
    """How many cases of a lane wait and are in review, and since when the oldest waits."""

    lane: Lane
    open: int
    claimed: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """What waits in each lane (every lane is there), and the values that a filter can take."""

    lanes: tuple[LaneSummary, ...]
    languages: tuple[str, ...]
    platforms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: int
    name: str
    role: Role
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser: who it is, and the token that its forms must carry."""

    user: User
    principal: Principal
    csrf: str


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret; `prefix` is enough to recognise it by."""

    id: int
    name: str
    prefix: str
    scopes: frozenset[str]
    user: str | None
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Job:
    """Work done in the background: queued, running, done or failed."""

    id: int
    kind: str
    state: str
    requested_by: str
    created_at: datetime
    finished_at: datetime | None
    result: dict[str, Any] | None
