"""Lay the queue out for its page: lanes, rows, and what to say when there is nothing to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from service.pages.highlight import one_line
from service.pages.wording import aware, lane_name
from service.records import Case, Lane, LaneSummary, QueueFilter, QueueSummary

_PREVIEW_CHARACTERS = 280


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of the page, as its address and its forms spell them."""

    lane: str = ""
    language: str = ""
    platform: str = ""

    @property
    def query(self) -> str:
        """The filters as a query, without those left open."""
        fields = {"lane": self.lane, "language": self.language, "platform": self.platform}
        return urlencode({name: value for name, value in fields.items() if value})

    def link(self, lane: str | None = None, page: int = 0) -> str:
        """Address the queue with these filters, in another lane or further down."""
        query = Chosen(self.lane if lane is None else lane, self.language, self.platform).query
        whole = "&".join(filter(None, (query, f"page={page}" if page else "")))
        return f"/queue?{whole}" if whole else "/queue"

    def as_filter(self) -> QueueFilter:
        """Put the filters as the queue takes them; a lane that does not exist is left open."""
        lane = Lane(self.lane) if self.lane in tuple(Lane) else None
        return QueueFilter(lane, self.language or None, self.platform or None)


@dataclass(frozen=True, slots=True)
class LaneCard:
    """One lane with what waits in it."""

    code: str
    name: str
    link: str
    open: int
    claimed: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case in the list."""

    id: int
    stance: float
    probability: float
    lane: str
    act: str
    language: str
    platform: str
    preview: str
    holder: str
    since: datetime
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Empty:
    """What to say when the list is empty."""

    title: str
    detail: str
    clear: bool = False


def chosen_from(fields: Mapping[str, str], remembered: str = "") -> Chosen:
    """Read the filters from a form, or from what the browser remembers of the last list seen."""
    given = {name: fields.get(name, "") for name in ("lane", "language", "platform")}
    if not any(given.values()):
        given |= {name: value for name, value in parse_qsl(remembered) if name in given}
    return Chosen(**{name: value[:200] for name, value in given.items()})


def lane_cards(summary: QueueSummary, chosen: Chosen, *, escalated: bool) -> list[LaneCard]:
    """Lay out the lanes, first all those together that the viewer is offered cases from."""
    lanes = [_card(lane, chosen) for lane in summary.lanes]
    offered = [lane for lane in lanes if escalated or lane.code != Lane.ESCALATED]
    every = LaneCard(
        "",
        "All lanes",
        chosen.link(""),
        sum(lane.open for lane in offered),
        sum(lane.claimed for lane in offered),
        min((lane.oldest for lane in offered if lane.oldest), default=None),
    )
    return [every, *lanes]


def rows(cases: Sequence[Case], now: datetime) -> list[QueueRow]:
    """Lay out the cases of the list."""
    return [_row(case, now) for case in cases]


def empty_state(cards: Sequence[LaneCard], chosen: Chosen) -> Empty:
    """Say why there is nothing to show, and what to do."""
    card = next((card for card in cards if card.code == chosen.lane), cards[0])
    if chosen.language or chosen.platform:
        return Empty("Nothing waits with these filters", "Other posts may: show the whole queue.", clear=True)
    if card.claimed:
        return Empty(
            "Everything is in review",
            "Each case here is held by someone. A case comes back when its hold runs out.",
        )
    if chosen.lane:
        return Empty(f"Nothing waits in {card.name}", "Other lanes may have cases.", clear=True)
    return Empty(
        "Nothing waits", "New posts appear here as soon as they are scored above the review threshold."
    )


def _card(lane: LaneSummary, chosen: Chosen) -> LaneCard:
    return LaneCard(
        lane.lane, lane_name(lane.lane), chosen.link(lane.lane), lane.open, lane.claimed, lane.oldest
    )


def _row(case: Case, now: datetime) -> QueueRow:
    score = case.score
    return QueueRow(
        id=case.id,
        stance=score.stance,
        probability=score.probability,
        lane=case.lane,
        act=score.act,
        language=score.language,
        platform=one_line(case.post.platform or ""),
        preview=one_line(case.post.text[:_PREVIEW_CHARACTERS]),
        holder=case.holder or "",
        since=case.created_at,
        due_at=case.due_at,
        late=aware(case.due_at) < now,
    )
