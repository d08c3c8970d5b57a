"""The rules of the queue: which lane a post enters, when it is due, who may take or undo what."""

from collections.abc import Mapping
from datetime import timedelta

from model.errors import Forbidden, InputError
from model.records import Band
from service.records import Decision, Lane, Principal, QueueFilter

#: How long a case of each lane may wait.
DUE: Mapping[Lane, timedelta] = {
    Lane.ESCALATED: timedelta(hours=1),
    Lane.HIGH: timedelta(hours=4),
    Lane.REVIEW: timedelta(hours=24),
    Lane.UNSURE: timedelta(hours=72),
}
#: The lane that each band enters; `low` enters none.
ENTERS: Mapping[Band, Lane] = {
    Band.HIGH: Lane.HIGH,
    Band.REVIEW: Lane.REVIEW,
    Band.UNSURE: Lane.UNSURE,
}
MAX_NOTE = 10_000
_ESCALATED = "escalated"


def lanes_to_offer(chosen: QueueFilter, principal: Principal | None) -> list[Lane]:
    """List the lanes to look through, in order; escalated cases come first, for those who may take them."""
    if chosen.lane is not None:
        try:
            return [Lane(chosen.lane)]
        except ValueError:
            raise InputError(f"lane: {chosen.lane!r} is none of {', '.join(Lane)}") from None
    may_take = principal is not None and _ESCALATED in principal.scopes
    return [lane for lane in Lane if may_take or lane is not Lane.ESCALATED]


def check_lane(principal: Principal, lane: Lane) -> None:
    """Raise Forbidden unless a principal may take cases of a lane."""
    if lane is Lane.ESCALATED and _ESCALATED not in principal.scopes:
        raise Forbidden("escalated cases are for leads")


def check_note(note: str) -> None:
    """Raise InputError for a note that is too long."""
    if len(note) > MAX_NOTE:
        raise InputError(f"note: has {len(note):,} characters; the limit is {MAX_NOTE:,}")


def may_undo(principal: Principal, decision: Decision) -> bool:
    """Whether a principal may undo a decision at all: their own, or any as a lead."""
    return principal.reviewer == decision.reviewer or _ESCALATED in principal.scopes
