"""Work the queue: route scored posts, claim, decide, undo."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, Engine

from model.errors import Conflict, Forbidden
from model.records import Act, Explanation, Post
from service.clock import Clock, now_utc
from service.labels import label, teaches
from service.lanes import DUE, ENTERS, check_lane, check_note, lanes_to_offer, may_undo
from service.posts import identity
from service.reasons import check_reason
from service.records import Case, Claim, Decision, Event, Lane, Principal, QueueFilter, QueueSummary, Routed
from service.settings import Settings
from service.store import cases, history
from service.store.database import read, write


class Triage:
    """The queue's use cases; each is one transaction.

    Raises NotFound for an unknown case, Conflict for a lost claim or a closed case, InputError for a lane,
    reason or note that does not fit, Forbidden for what the caller's role does not allow, StoreUnavailable
    when the database cannot answer.
    """

    def __init__(self, engine: Engine, settings: Settings, clock: Clock = now_utc) -> None:
        self._engine = engine
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._grace = timedelta(seconds=settings.undo_seconds)
        self._clock = clock

    def submit(self, scored: Sequence[tuple[Post, Explanation]]) -> list[Routed]:
        """Route scored posts in one transaction; the same post is the same case.

        A newer score updates a case that no person has touched. A post in the band `low` is not kept.
        """
        now = self._clock()
        names = [identity(post) for post, _ in scored]
        entries = {
            name: cases.Entry(name, lane, post, explanation, now + DUE[lane])
            for name, (post, explanation) in zip(names, scored, strict=True)
            if (lane := ENTERS.get(explanation.score.band))
        }
        with write(self._engine) as connection:
            new = cases.add(connection, entries.values(), now)
            cases.refresh(connection, (entry for name, entry in entries.items() if name not in new), now)
            numbers = cases.numbers(connection, entries)
        return _routed(scored, names, numbers, new)

    def queue(
        self, chosen: QueueFilter, limit: int = 50, offset: int = 0, principal: Principal | None = None
    ) -> list[Case]:
        """List unclosed cases, claimed ones included, in the order in which they are offered.

        Without a lane in the filter, escalated cases are listed only for a principal who may claim them.
        """
        lanes = lanes_to_offer(chosen, principal)
        with read(self._engine) as connection:
            return cases.listed(connection, lanes, chosen, (limit, offset), self._clock())

    def summary(self) -> QueueSummary:
        """Count what waits in each lane."""
        with read(self._engine) as connection:
            lanes = cases.summary(connection, self._clock())
            return QueueSummary(lanes, cases.languages(connection), cases.platforms(connection))

    def case(self, case_id: int) -> Case:
        """Show a case with its decisions and events."""
        with read(self._engine) as connection:
            return self._whole(connection, case_id)

    def held(self, principal: Principal) -> list[tuple[Case, Claim]]:
        """List the cases that a reviewer holds now, with their claims."""
        with read(self._engine) as connection:
            return cases.held_by(connection, principal.reviewer, self._clock())

    def claim_of(self, principal: Principal, case_id: int) -> Claim | None:
        """Return a reviewer's own live claim on a case."""
        return next((claim for case, claim in self.held(principal) if case.id == case_id), None)

    def claim(self, principal: Principal, chosen: QueueFilter) -> tuple[Case, Claim] | None:
        """Claim the next case, or return None when nothing waits; leads get escalated cases first."""
        lanes = lanes_to_offer(chosen, principal)
        if chosen.lane:
            check_lane(principal, lanes[0])
        now = self._clock()
        with write(self._engine) as connection:
            for lane in lanes:
                found = cases.next_waiting(connection, lane, chosen, principal.reviewer, now)
                if found is not None:
                    return self._hold(connection, found, principal)
        return None

    def claim_case(self, principal: Principal, case_id: int) -> tuple[Case, Claim]:
        """Claim a certain case; its own holder gets a fresh claim, and the earlier token is void."""
        with write(self._engine) as connection:
            hold = cases.lock(connection, case_id)
            _check_unclosed(hold)
            check_lane(principal, hold.lane)
            if self._lives(hold) and hold.reviewer != principal.reviewer:
                raise Conflict(f"case {case_id} is held by {hold.user}")
            return self._hold(connection, case_id, principal)

    def extend(self, case_id: int, token: str, *, by: Principal | None = None) -> Claim:
        """Hold a case for another lease from now."""
        with write(self._engine) as connection:
            hold = self._proven(connection, case_id, token, by)
            claim = Claim(case_id, token, self._clock() + self._lease, str(hold.user))
            cases.hold(connection, claim, str(hold.reviewer))
            self._note(connection, hold, "extended")
            return claim

    def release(self, case_id: int, token: str, *, by: Principal | None = None) -> Case:
        """Give a case back to the queue."""
        with write(self._engine) as connection:
            hold = self._proven(connection, case_id, token, by)
            cases.let_go(connection, case_id)
            self._note(connection, hold, "released")
            return self._whole(connection, case_id)

    def skip(self, case_id: int, token: str, *, by: Principal | None = None) -> Case:
        """Give a case back and do not offer it to this reviewer again."""
        with write(self._engine) as connection:
            hold = self._proven(connection, case_id, token, by)
            cases.skip(connection, case_id, str(hold.reviewer))
            cases.let_go(connection, case_id)
            self._note(connection, hold, "skipped")
            return self._whole(connection, case_id)

    def escalate(self, case_id: int, token: str, note: str = "", *, by: Principal | None = None) -> Case:
        """Pass a case on to the leads."""
        check_note(note)
        due_at = self._clock() + DUE[Lane.ESCALATED]
        with write(self._engine) as connection:
            hold = self._proven(connection, case_id, token, by)
            cases.let_go(connection, case_id, lane=Lane.ESCALATED.value, due_at=due_at)
            self._note(connection, hold, "escalated", note)
            return self._whole(connection, case_id)

    def decide(
        self, case_id: int, token: str, act: Act, reason: str, note: str = "", *, by: Principal | None = None
    ) -> Decision:
        """Record the holder's verdict and close the case."""
        check_reason(reason, act)
        check_note(note)
        now = self._clock()
        with write(self._engine) as connection:
            hold = self._proven(connection, case_id, token, by)
            decision = history.add_decision(
                connection,
                case_id=case_id,
                kind="decide",
                act=act.value,
                reason=reason,
                note=note,
                user=hold.user,
                reviewer=hold.reviewer,
                decided_at=now,
                release=hold.release,
            )
            cases.let_go(connection, case_id, closed_at=now)
            self._note(connection, hold, "decided")
            return decision

    def undo_until(self, case: Case, principal: Principal) -> datetime | None:
        """Say until when a principal may undo the decision of a case with its history; None if not."""
        standing = case.standing
        if standing is None or not may_undo(principal, standing):
            return None
        until = standing.decided_at + self._grace
        return until if self._clock() < until else None

    def undo(self, case_id: int, principal: Principal) -> Case:
        """Undo the standing decision, within the grace window, by the decider or a lead."""
        now = self._clock()
        with write(self._engine) as connection:
            hold = cases.lock(connection, case_id)
            standing = self._undoable(self._whole(connection, case_id), principal)
            history.add_decision(
                connection,
                case_id=case_id,
                kind="undo",
                note="",
                user=principal.name,
                reviewer=principal.reviewer,
                decided_at=now,
                release=hold.release,
                undoes=standing.id,
            )
            cases.let_go(connection, case_id, closed_at=None)
            history.add_event(connection, case_id, Event("undone", principal.name, now, ""))
            return self._whole(connection, case_id)

    def labels(self, page_size: int = 500) -> Iterator[dict[str, Any]]:
        """Give one labelled example for each decided case, from its standing decision, if that says the act.

        They are read page by page, so that a long export never holds up the queue.
        """
        last = 0
        while True:
            with read(self._engine) as connection:
                standing = history.standing(connection, last, page_size)
                page = [(cases.find(connection, d.case_id, self._clock()), d) for d in standing]
            yield from (label(case, decision) for case, decision in page if teaches(decision))
            if len(page) < page_size:
                return
            last = page[-1][0].id

    def _hold(self, connection: Connection, case_id: int, principal: Principal) -> tuple[Case, Claim]:
        now = self._clock()
        claim = Claim(case_id, secrets.token_urlsafe(32), now + self._lease, principal.name)
        cases.hold(connection, claim, principal.reviewer)
        history.add_event(connection, case_id, Event("claimed", principal.name, now, ""))
        return self._whole(connection, case_id), claim

    def _proven(self, connection: Connection, case_id: int, token: str, by: Principal | None) -> cases.Hold:
        """Lock a case whose live claim the token proves; `by`, when given, must be its holder."""
        hold = cases.lock(connection, case_id)
        _check_unclosed(hold)
        if hold.token is None or not _same(hold.token, token):
            raise Conflict(f"this claim on case {case_id} is no longer valid; claim the case again")
        if by is not None and hold.reviewer != by.reviewer:
            raise Conflict(f"case {case_id} is held by {hold.user}; a token serves its own holder only")
        if not self._lives(hold):
            raise Conflict(f"this claim on case {case_id} has expired; claim the case again")
        return hold

    def _lives(self, hold: cases.Hold) -> bool:
        return hold.until is not None and hold.until > self._clock()

    def _undoable(self, case: Case, principal: Principal) -> Decision:
        standing = case.standing
        if standing is None:
            raise Conflict(f"case {case.id} has no decision to undo")
        if not may_undo(principal, standing):
            raise Forbidden("only the one who decided, or a lead, may undo a decision")
        if self.undo_until(case, principal) is None:
            minutes = self._grace.total_seconds() / 60
            raise Conflict(f"case {case.id} was decided more than {minutes:g} minutes ago; it stays decided")
        return standing

    def _whole(self, connection: Connection, case_id: int) -> Case:
        case = cases.find(connection, case_id, self._clock())
        past = history.decisions_of(connection, case_id), history.events_of(connection, case_id)
        return replace(case, decisions=past[0], events=past[1])

    def _note(self, connection: Connection, hold: cases.Hold, kind: str, note: str = "") -> None:
        event = Event(kind, str(hold.user), self._clock(), note)
        history.add_event(connection, hold.case_id, event)


def _routed(
    scored: Sequence[tuple[Post, Explanation]], names: Sequence[str], numbers: dict[str, int], new: set[str]
) -> list[Routed]:
    """Tell each post its case; of a post given twice, the first made the case."""
    unseen = set(new)
    routed = []
    for (_, explanation), name in zip(scored, names, strict=True):
        kept = explanation.score.band in ENTERS
        routed.append(Routed(name, numbers[name] if kept else None, kept and name in unseen))
        if kept:
            unseen.discard(name)
    return routed


def _check_unclosed(hold: cases.Hold) -> None:
    if hold.closed:
        raise Conflict(f"case {hold.case_id} is closed")


def _same(token: str, given: str) -> bool:
    return compare_digest(token.encode(), given.encode(errors="surrogatepass"))
