"""The queue: routing, claims, decisions, undo, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import StatementError

from model.errors import Conflict, Forbidden, InputError, NotFound
from model.records import Act
from service.clock import now_utc
from service.posts import identity
from service.records import Case, Claim, Lane, Principal, QueueFilter, Role, State
from service.scopes import OF_ROLE
from service.settings import Settings
from service.triage import Triage

ANY = QueueFilter()
HOSTILE = "nul \x00 lone \ud83d \udc4b back\\slash \\u0000 \\\\u0000 \u202e \U0001f6a2"


def _claimed(triage: Triage, who: Principal, chosen: QueueFilter = ANY) -> tuple[Case, Claim]:
    found = triage.claim(who, chosen)
    assert found is not None
    return found


def _decided(triage: Triage, who: Principal) -> int:
    case, claim = _claimed(triage, who)
    triage.decide(case.id, claim.token, Act.OFFER, "sells_passage")
    return case.id


def _at_once(count: int, run: Callable[[int], Any]) -> list[Any]:
    """Run in as many threads, all let go at the same moment."""
    gate = Barrier(count)

    def wait_and_run(number: int) -> Any:
        gate.wait()
        return run(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(wait_and_run, range(count)))


def test_submit_puts_each_band_in_its_lane(triage: Triage, explained: Any) -> None:
    """High, review and unsure posts become cases; low ones are not kept."""
    bands = ("high", "review", "unsure", "low")
    routed = triage.submit([explained(f"a post, {band}", band=band) for band in bands])
    assert [item.created for item in routed] == [True, True, True, False]
    assert routed[3].case_id is None
    lanes = [triage.case(item.case_id).lane for item in routed if item.case_id]
    assert lanes == [Lane.HIGH, Lane.REVIEW, Lane.UNSURE]


def test_submit_keeps_post_and_explanation_whole(triage: Triage, explained: Any) -> None:
    """What comes out of the queue equals what went in, evidence included."""
    post, explanation = explained("Two places", id="7", platform="x", account="@a", url="u", posted_at="t")
    case = triage.case(triage.submit([(post, explanation)])[0].case_id or 0)
    assert (case.post, case.explanation) == (post, explanation)
    assert (case.state, case.holder, case.decisions) == (State.OPEN, None, ())


def test_submit_keeps_hostile_text(triage: Triage, explained: Any) -> None:
    """NULs, lone surrogates and backslashes survive in every field, and filters find them."""
    pair = explained(HOSTILE, id=HOSTILE, platform=HOSTILE, account=HOSTILE, url=HOSTILE)
    case_id = triage.submit([pair])[0].case_id
    found = triage.queue(QueueFilter(platform=HOSTILE))
    assert [case.id for case in found] == [case_id]
    assert found[0].post == pair[0]
    assert triage.summary().platforms == (HOSTILE,)


def test_one_post_is_one_case(triage: Triage, explained: Any) -> None:
    """The same post again, in one batch or later, is the same case with the newer score."""
    again = [explained("Two places", stance=stance, id="1", platform="x") for stance in (0.5, 0.6, 0.7)]
    first, second = triage.submit(again[:2])
    third = triage.submit(again[2:])[0]
    assert first.case_id == second.case_id == third.case_id
    assert [first.created, second.created, third.created] == [True, False, False]
    assert [case.score.stance for case in triage.queue(ANY)] == [0.7]


def test_one_post_is_one_case_when_submitted_at_once(triage: Triage, explained: Any) -> None:
    """Batches that overlap in opposite orders, sent at once, neither double cases nor deadlock."""
    posts = [explained(f"post number {number}") for number in range(40)]
    orders = [posts, posts[::-1]] * 3
    results = _at_once(6, lambda number: triage.submit(orders[number]))
    made = sum(item.created for routed in results for item in routed)
    assert (made, len(triage.queue(ANY, limit=200))) == (40, 40)


@pytest.mark.parametrize("touch", ["claim", "decide", "escalate"])
def test_newer_score_leaves_what_people_touched(
    triage: Triage, explained: Any, ann: Principal, submitted: int, touch: str
) -> None:
    """A claimed, decided or escalated case keeps its score and lane when the post comes again."""
    _, claim = triage.claim_case(ann, submitted)
    if touch == "decide":
        triage.decide(submitted, claim.token, Act.OFFER, "sells_passage")
    if touch == "escalate":
        triage.escalate(submitted, claim.token)
    lane = triage.case(submitted).lane
    triage.submit([explained("Two places left for Thursday", band="review", stance=0.1)])
    assert (triage.case(submitted).score.stance, triage.case(submitted).lane) == (0.9, lane)


def test_submit_is_all_or_nothing(triage: Triage, explained: Any) -> None:
    """If the last post to be written cannot be kept, none is."""
    pairs = [explained(f"post number {number}") for number in range(501)]
    last = max(range(501), key=lambda number: identity(pairs[number][0]))
    pairs[last] = (replace(pairs[last][0], account=object()), pairs[last][1])
    with pytest.raises(StatementError):
        triage.submit(pairs)
    assert triage.queue(ANY) == []


def test_large_batch_is_one_transaction(triage: Triage, explained: Any) -> None:
    """A batch larger than a statement's limits is kept whole, in the order given."""
    routed = triage.submit([explained(f"post number {number}") for number in range(1_203)])
    assert len({item.case_id for item in routed}) == 1_203
    assert triage.case(routed[700].case_id or 0).post.text == "post number 700"


def test_queue_is_ordered_by_lane_stance_and_age(triage: Triage, explained: Any, clock: Any) -> None:
    """High before review before unsure; then stance; then what waits longest."""
    for words, band, stance in (
        ("e", "unsure", 0.9), ("d", "review", 0.9), ("b", "high", 0.5), ("c", "high", 0.5),
        ("a", "high", 0.8),
    ):  # fmt: skip
        triage.submit([explained(words, band=band, stance=stance)])
        clock.advance(1)
    assert [case.post.text for case in triage.queue(ANY)] == ["a", "b", "c", "d", "e"]
    assert [case.post.text for case in triage.queue(ANY, limit=2, offset=3)] == ["d", "e"]


def test_claim_follows_the_order_of_the_queue(triage: Triage, explained: Any, ann: Principal) -> None:
    """Claims take the cases in the order in which the queue lists them, until nothing waits."""
    triage.submit(
        [explained(str(n), band=b, stance=n / 10) for n, b in enumerate(["review", "high", "high"])]
    )
    listed = [case.id for case in triage.queue(ANY)]
    assert [_claimed(triage, ann)[0].id for _ in listed] == listed
    assert triage.claim(ann, ANY) is None


def test_filters_narrow_lists_and_claims(triage: Triage, explained: Any, ann: Principal) -> None:
    """Lane, language and platform each leave out what does not match."""
    triage.submit(
        [explained("a"), explained("b", language="fa"), explained("c", band="review", platform="x", id="1")]
    )
    for chosen, words in (
        (QueueFilter(language="fa"), "b"),
        (QueueFilter(platform="x"), "c"),
        (QueueFilter(lane="review"), "c"),
    ):  # fmt: skip
        assert [case.post.text for case in triage.queue(chosen)] == [words]
    assert _claimed(triage, ann, QueueFilter(language="fa"))[0].post.text == "b"
    assert triage.claim(ann, QueueFilter(language="ps")) is None


def test_a_filter_that_no_database_can_hold_matches_nothing(triage: Triage, ann: Principal) -> None:
    """A NUL in a filter is no reason to fail."""
    for chosen in (QueueFilter(language="\x00"), QueueFilter(platform="\x00")):
        assert triage.queue(chosen) == []
        assert triage.claim(ann, chosen) is None


def test_a_verdict_keeps_the_text_it_was_about(triage: Triage, explained: Any, ann: Principal) -> None:
    """A post sent again with other words does not replace those that were decided, undone or not."""
    first = {"platform": "x", "id": "1"}
    case_id = triage.submit([explained("old words", **first)])[0].case_id
    claim = _claimed(triage, ann)[1]
    triage.decide(case_id, claim.token, Act.OFFER, "sells_passage")
    triage.undo(case_id, ann)
    triage.submit([explained("new words", **first)])
    assert triage.case(case_id).post.text == "old words"


def test_unknown_lane_is_named(triage: Triage, ann: Principal) -> None:
    """A lane that does not exist is an input error, not an empty list."""
    for use in (triage.queue, lambda chosen: triage.claim(ann, chosen)):
        with pytest.raises(InputError, match="'urgent'"):
            use(QueueFilter(lane="urgent"))


def test_summary_counts_each_lane(triage: Triage, explained: Any, ann: Principal, clock: Any) -> None:
    """Every lane is counted, waiting apart from claimed, with its oldest and with the filters' values."""
    begun = clock()
    triage.submit([explained("a", platform="x", id="1")])
    clock.advance(5)
    triage.submit([explained("b", language="fa", stance=0.99)])
    _claimed(triage, ann)
    summary = triage.summary()
    counts = {lane.lane: (lane.open, lane.claimed, lane.oldest) for lane in summary.lanes}
    assert counts[Lane.HIGH] == (1, 1, begun)
    assert counts[Lane.UNSURE] == counts[Lane.ESCALATED] == (0, 0, None)
    assert (summary.languages, summary.platforms) == (("en", "fa"), ("x",))


def test_claimers_at_once_never_share_a_case(engine: Engine, settings: Settings, explained: Any) -> None:
    """Eight reviewers who claim at the same moment get eight different cases."""
    triage = Triage(engine, settings, now_utc)
    triage.submit([explained(f"post number {number}") for number in range(20)])
    people = [Principal(f"p{n}", n, Role.MODERATOR, OF_ROLE[Role.MODERATOR]) for n in range(8)]
    taken = _at_once(8, lambda n: [_claimed(triage, people[n])[0].id for _ in range(2)])
    assert len({case_id for pair in taken for case_id in pair}) == 16


def test_one_case_goes_to_one_of_many_claimers(engine: Engine, settings: Settings, explained: Any) -> None:
    """When many ask for the same case, one gets it and the others hear that it is held."""
    triage = Triage(engine, settings, now_utc)
    case_id = triage.submit([explained("one post")])[0].case_id or 0
    people = [Principal(f"p{n}", n, Role.MODERATOR, OF_ROLE[Role.MODERATOR]) for n in range(6)]

    def ask(number: int) -> str:
        try:
            return triage.claim_case(people[number], case_id)[1].user
        except Conflict:
            return "held"

    assert sorted(_at_once(6, ask))[:5] == ["held"] * 5


def test_expired_lease_returns_the_case(
    triage: Triage, ann: Principal, ben: Principal, clock: Any, submitted: int, settings: Settings
) -> None:
    """When the lease ends the case is open again, another may claim it, and the old token is stale."""
    _, claim = _claimed(triage, ann)
    assert (triage.case(submitted).state, triage.claim(ben, ANY)) == (State.CLAIMED, None)
    clock.advance(settings.lease_seconds)
    assert (triage.case(submitted).state, triage.held(ann)) == (State.OPEN, [])
    with pytest.raises(Conflict, match="expired"):
        triage.decide(submitted, claim.token, Act.OFFER, "sells_passage")
    assert _claimed(triage, ben)[0].holder == "ben"
    with pytest.raises(Conflict, match="no longer valid"):
        triage.decide(submitted, claim.token, Act.OFFER, "sells_passage")


def test_extend_holds_for_another_lease(
    triage: Triage, ann: Principal, clock: Any, submitted: int, settings: Settings
) -> None:
    """An extended claim ends one lease after it was extended, with the same token."""
    _, claim = _claimed(triage, ann)
    clock.advance(settings.lease_seconds - 1)
    longer = triage.extend(submitted, claim.token)
    assert longer.token == claim.token
    assert longer.expires_at == clock() + timedelta(seconds=settings.lease_seconds)
    clock.advance(settings.lease_seconds - 1)
    assert triage.case(submitted).holder == "ann"


def test_claim_of_shows_only_the_own_claim(
    triage: Triage, ann: Principal, ben: Principal, submitted: int
) -> None:
    """A holder finds their own claim again; nobody else sees its token."""
    case, claim = _claimed(triage, ann)
    assert triage.claim_of(ann, submitted) == claim
    assert triage.claim_of(ben, submitted) is None
    assert [(held.id, own) for held, own in triage.held(ann)] == [(case.id, claim)]


def test_claiming_again_voids_the_earlier_token(triage: Triage, ann: Principal, submitted: int) -> None:
    """The holder may claim anew, and then only the new token counts."""
    _, old = triage.claim_case(ann, submitted)
    _, new = triage.claim_case(ann, submitted)
    with pytest.raises(Conflict):
        triage.extend(submitted, old.token)
    assert triage.extend(submitted, new.token).token == new.token


@pytest.mark.parametrize("token", ["", "wrong", "\x00", "\ud800"])
@pytest.mark.parametrize("action", ["extend", "release", "skip", "escalate"])
def test_wrong_token_is_a_conflict(
    triage: Triage, ann: Principal, submitted: int, action: str, token: str
) -> None:
    """No action goes through without the token of the live claim."""
    for _ in range(2):
        with pytest.raises(Conflict):
            getattr(triage, action)(submitted, token)
        triage.claim_case(ann, submitted)
    assert triage.case(submitted).state is State.CLAIMED


@pytest.mark.parametrize("case_id", [0, -1, 999, 2**63, 10**30])
def test_unknown_case_is_not_found(triage: Triage, ann: Principal, case_id: int) -> None:
    """Numbers that no case has, even absurd ones, are not found."""
    for use in (
        lambda: triage.case(case_id),
        lambda: triage.claim_case(ann, case_id),
        lambda: triage.extend(case_id, "token"),
        lambda: triage.undo(case_id, ann),
    ):
        with pytest.raises(NotFound, match=str(case_id)):
            use()


def test_release_gives_the_case_back(triage: Triage, ann: Principal, ben: Principal, submitted: int) -> None:
    """A released case is open, and the claim is over."""
    _, claim = _claimed(triage, ann)
    assert triage.release(submitted, claim.token).state is State.OPEN
    assert _claimed(triage, ben)[0].id == submitted


def test_skipped_case_is_not_offered_again(
    triage: Triage, ann: Principal, ben: Principal, submitted: int
) -> None:
    """The one who skipped is not offered the case, others are; asking for it by number works."""
    _, claim = _claimed(triage, ann)
    triage.skip(submitted, claim.token)
    assert triage.claim(ann, ANY) is None
    _, other = _claimed(triage, ben)
    triage.release(submitted, other.token)
    _, own = triage.claim_case(ann, submitted)
    triage.skip(submitted, own.token)


def test_escalated_case_is_for_leads(
    triage: Triage, ann: Principal, ben: Principal, lea: Principal, submitted: int
) -> None:
    """After escalation only a lead can claim the case, and its note is kept."""
    _, claim = _claimed(triage, ann)
    case = triage.escalate(submitted, claim.token, f"a child? {HOSTILE}")
    assert (case.state, case.lane, case.events[-1].note) == (
        State.ESCALATED,
        Lane.ESCALATED,
        f"a child? {HOSTILE}",
    )
    assert triage.claim(ben, ANY) is None
    for use in (
        lambda: triage.claim_case(ben, submitted),
        lambda: triage.claim(ben, QueueFilter(lane="escalated")),
    ):
        with pytest.raises(Forbidden):
            use()
    assert _claimed(triage, lea)[0].id == submitted


def test_leads_get_escalated_cases_first(
    triage: Triage, explained: Any, ann: Principal, lea: Principal, submitted: int
) -> None:
    """A lead's next case is the escalated one, and lists show it to leads."""
    triage.escalate(submitted, _claimed(triage, ann)[1].token)
    triage.submit([explained("another post", stance=1.0)])
    assert [case.lane for case in triage.queue(ANY, principal=lea)] == [Lane.ESCALATED, Lane.HIGH]
    assert [case.lane for case in triage.queue(ANY, principal=ann)] == [Lane.HIGH]
    case, claim = _claimed(triage, lea)
    assert (case.id, triage.release(case.id, claim.token).state) == (submitted, State.ESCALATED)


def test_decide_closes_the_case(triage: Triage, ann: Principal, submitted: int, clock: Any) -> None:
    """A decision records who, what, why and when, and the case leaves the queue."""
    _, claim = _claimed(triage, ann)
    decision = triage.decide(submitted, claim.token, Act.WARN, "warns_others", HOSTILE)
    assert (decision.act, decision.reason, decision.note) == (Act.WARN, "warns_others", HOSTILE)
    assert (decision.user, decision.decided_at, decision.release) == ("ann", clock(), "r1")
    case = triage.case(submitted)
    assert (case.state, case.standing, case.closed_at) == (State.CLOSED, decision, clock())
    assert (triage.queue(ANY), triage.claim(ann, ANY)) == ([], None)


def test_decision_needs_a_live_claim(triage: Triage, ann: Principal, submitted: int) -> None:
    """Nobody decides an unclaimed case, or a case twice, or claims a closed one."""
    with pytest.raises(Conflict):
        triage.decide(submitted, "", Act.OFFER, "sells_passage")
    _, claim = _claimed(triage, ann)
    triage.decide(submitted, claim.token, Act.OFFER, "sells_passage")
    with pytest.raises(Conflict, match="closed"):
        triage.decide(submitted, claim.token, Act.OFFER, "sells_passage")
    with pytest.raises(Conflict, match="closed"):
        triage.claim_case(ann, submitted)


@pytest.mark.parametrize(
    ("act", "reason"), [(Act.OFFER, "warns_others"), (Act.ASK, "sells_passage"), (Act.ASK, "?")]
)
def test_reason_must_fit_the_act(
    triage: Triage, ann: Principal, submitted: int, act: Act, reason: str
) -> None:
    """A reason that the policy lacks, or has for other acts, is refused and the claim lives on."""
    _, claim = _claimed(triage, ann)
    with pytest.raises(InputError, match="seeks_passage" if act is Act.ASK else "sells_passage"):
        triage.decide(submitted, claim.token, act, reason)
    assert triage.claim_of(ann, submitted) == claim


def test_note_has_a_limit(triage: Triage, ann: Principal, submitted: int) -> None:
    """A note of a book's length is refused."""
    _, claim = _claimed(triage, ann)
    for use in (
        lambda note: triage.decide(submitted, claim.token, Act.OFFER, "sells_passage", note),
        lambda note: triage.escalate(submitted, claim.token, note),
    ):
        with pytest.raises(InputError, match="note"):
            use("x" * 10_001)


def test_one_claim_decides_once(engine: Engine, settings: Settings, explained: Any, ann: Principal) -> None:
    """The same decision sent many times at once is recorded once."""
    triage = Triage(engine, settings, now_utc)
    triage.submit([explained("one post")])
    case, claim = _claimed(triage, ann)

    def decide(_: int) -> bool:
        try:
            return bool(triage.decide(case.id, claim.token, Act.OFFER, "sells_passage"))
        except Conflict:
            return False

    assert sum(_at_once(5, decide)) == len(triage.case(case.id).decisions) == 1


def test_undo_within_the_grace_window(triage: Triage, ann: Principal, submitted: int, clock: Any) -> None:
    """The decider takes a decision back: the case is open again and both rows remain."""
    _decided(triage, ann)
    clock.advance(599)
    case = triage.undo(submitted, ann)
    assert (case.state, case.standing, case.closed_at) == (State.OPEN, None, None)
    assert [d.kind for d in case.decisions] == ["decide", "undo"]
    assert case.decisions[1].undoes == case.decisions[0].id
    assert _decided(triage, ann) == submitted
    assert triage.undo(submitted, ann).standing is None


def test_undo_after_the_grace_window_is_refused(
    triage: Triage, ann: Principal, lea: Principal, submitted: int, clock: Any
) -> None:
    """Once the window has passed nobody undoes the decision."""
    _decided(triage, ann)
    assert triage.undo_until(triage.case(submitted), ann) == clock() + timedelta(seconds=600)
    clock.advance(600)
    assert triage.undo_until(triage.case(submitted), ann) is None
    for who in (ann, lea):
        with pytest.raises(Conflict, match="10 minutes"):
            triage.undo(submitted, who)


def test_undo_is_for_the_decider_and_leads(
    triage: Triage, ann: Principal, ben: Principal, lea: Principal, submitted: int
) -> None:
    """Another moderator may not undo a decision; a lead may; then there is nothing to undo."""
    _decided(triage, ann)
    assert triage.undo_until(triage.case(submitted), ben) is None
    with pytest.raises(Forbidden):
        triage.undo(submitted, ben)
    assert triage.undo(submitted, lea).decisions[1].user == "lea"
    with pytest.raises(Conflict, match="no decision"):
        triage.undo(submitted, lea)


def test_history_tells_everything_in_order(triage: Triage, ann: Principal, submitted: int) -> None:
    """Each step leaves an event with who took it."""
    _, claim = _claimed(triage, ann)
    triage.extend(submitted, claim.token)
    triage.release(submitted, claim.token)
    _decided(triage, ann)
    events = triage.undo(submitted, ann).events
    assert [event.kind for event in events] == [
        "claimed",
        "extended",
        "released",
        "claimed",
        "decided",
        "undone",
    ]
    assert {event.user for event in events} == {"ann"}


def test_labels_give_standing_decisions_only(triage: Triage, explained: Any, ann: Principal) -> None:
    """An undone decision labels nothing; the latest standing one labels its case."""
    triage.submit([explained("first"), explained("second", stance=0.1)])
    first = _decided(triage, ann)
    triage.undo(first, ann)
    _, claim = triage.claim_case(ann, first)
    triage.decide(first, claim.token, Act.ASK, "seeks_passage")
    second = _decided(triage, ann)
    triage.undo(second, ann)
    assert [(row["text"], row["act"], row["label"]) for row in triage.labels()] == [
        ("first", "ask", "benign")
    ]


def test_labels_come_page_by_page(triage: Triage, explained: Any, ann: Principal) -> None:
    """More decisions than a page holds are all given, each once."""
    triage.submit([explained(f"post {number}") for number in range(7)])
    for _ in range(7):
        _decided(triage, ann)
    for size in (1, 3, 7):
        assert len({row["id"] for row in triage.labels(size)}) == len(list(triage.labels(size))) == 7
