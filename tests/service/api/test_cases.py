"""Working the queue over HTTP: list, claim, decide, and every way in which a claim can fail."""

from collections.abc import Callable
from typing import Any

import pytest

from model.records import Band
from service.records import State

HELD = ("extend", "release", "skip", "escalate", "decide")
VERDICT = {"act": "offer", "reason": "sells_passage"}


def _act(api: Any, case_id: int, action: str, token: Any, who: str = "mira") -> Any:
    """Act on a case with a token; a decision has its verdict."""
    verdict = VERDICT if action == "decide" else {}
    return api.post(f"/v1/cases/{case_id}/{action}", {"token": token} | verdict, who)


def test_queue_lists_by_lane_and_stance(api: Any) -> None:
    """Cases come lane by lane, and the summary counts each lane."""
    low = api.queued("in between", band=Band.REVIEW)
    high = api.queued(api.advert)
    answer = api.get("/v1/queue").json()
    assert [case["id"] for case in answer["cases"]] == [high, low]
    counts = {lane["lane"]: lane["open"] for lane in answer["summary"]["lanes"]}
    assert counts == {"escalated": 0, "high": 1, "review": 1, "unsure": 0}


def test_queue_is_filtered_and_paged(api: Any) -> None:
    """Lane, language and platform narrow the list; limit and offset page it."""
    numbers = [api.queued(f"{api.advert} {n}", platform="x" if n else "y") for n in range(3)]
    listed = api.get("/v1/queue?platform=x&lane=high&language=en").json()["cases"]
    assert {case["id"] for case in listed} == set(numbers[1:])
    pages = [api.get(f"/v1/queue?limit=2&offset={offset}").json()["cases"] for offset in (0, 2)]
    assert sorted(case["id"] for page in pages for case in page) == numbers
    assert api.get("/v1/queue?language=%00%ff").json()["cases"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "offset=-1", "limit=x", "lane=none", "offset=1e99"]
)
def test_wrong_queue_query_is_refused(shared_api: Any, query: str) -> None:
    """A filter that cannot be is a 422 that names it."""
    answer = shared_api.get(f"/v1/queue?{query}")
    assert (answer.status_code, query.partition("=")[0] in answer.json()["detail"]) == (422, True)


def test_claim_gives_the_case_and_its_proof(api: Any) -> None:
    """A claim comes with the case in full, the holder and until when."""
    case_id = api.queued()
    answer = api.post("/v1/queue/claim", who="mira").json()
    assert answer["case"]["id"] == answer["claim"]["case_id"] == case_id
    assert (answer["case"]["holder"], answer["case"]["state"]) == ("mira", "claimed")
    assert answer["case"]["held_until"] == answer["claim"]["expires_at"]
    assert answer["case"]["score"]["evidence"]


def test_claim_with_nothing_waiting_is_404(api: Any, problem: Any) -> None:
    """When nothing waits, or all is held, there is nothing to claim."""
    problem(api.post("/v1/queue/claim"), 404, "not-found", "no case is waiting")
    api.claimed("mira")
    problem(api.post("/v1/queue/claim", who="nils"), 404, "not-found", "no case is waiting")


def test_held_case_is_not_claimed_by_another(api: Any, problem: Any) -> None:
    """Another's case is a 409 that names the holder."""
    case_id, _ = api.claimed("mira")
    problem(api.post(f"/v1/cases/{case_id}/claim", who="nils"), 409, "conflict", "held by mira")


def test_decide_closes_the_case(api: Any) -> None:
    """A decision is recorded with who took it and why, once."""
    case_id, token = api.claimed()
    decision = _act(api, case_id, "decide", token).json()
    case = api.get(f"/v1/cases/{case_id}").json()
    assert (decision["kind"], decision["act"], decision["user"]) == ("decide", "offer", "mira")
    assert (case["state"], case["decisions"], case["held_until"]) == ("closed", [decision], None)
    assert [event["kind"] for event in case["events"]] == ["claimed", "decided"]
    assert api.counted("breakwater_decided_total", act="offer") == 1


def test_extend_holds_longer(api: Any, clock: Any) -> None:
    """Another lease begins when it is asked for."""
    api.tell_time(clock)
    case_id, token = api.claimed()
    before = api.get(f"/v1/cases/{case_id}").json()["held_until"]
    clock.advance(60)
    assert _act(api, case_id, "extend", token).json()["expires_at"] > before


@pytest.mark.parametrize(
    ("action", "state"), [("release", "open"), ("skip", "open"), ("escalate", "escalated")]
)
def test_case_is_given_back(api: Any, action: str, state: str) -> None:
    """A released, skipped or escalated case is no longer held."""
    case_id, token = api.claimed()
    answer = _act(api, case_id, action, token)
    assert (answer.status_code, answer.json()["state"], answer.json()["holder"]) == (200, state, None)


def test_skipped_case_is_offered_to_others_only(api: Any) -> None:
    """Who skipped a case is not offered it again."""
    case_id, token = api.claimed("mira")
    _act(api, case_id, "skip", token)
    assert api.post("/v1/queue/claim", who="mira").status_code == 404
    assert api.post("/v1/queue/claim", who="nils").json()["case"]["id"] == case_id


def test_escalated_case_needs_the_scope(api: Any, problem: Any) -> None:
    """A key that reviews, but not escalated cases, is refused one; a lead gets it first."""
    case_id, token = api.claimed("mira")
    api.post(f"/v1/cases/{case_id}/escalate", {"token": token, "note": "two children?"}, "mira")
    problem(api.post(f"/v1/cases/{case_id}/claim", who="review"), 403, "forbidden", "leads")
    problem(api.post("/v1/queue/claim?lane=escalated", who="review"), 403, "forbidden", "leads")
    assert api.post("/v1/queue/claim", who="lena").json()["case"]["id"] == case_id


@pytest.mark.parametrize("action", HELD)
@pytest.mark.parametrize("token", ["", "wrong", "\u00e9\u0000", "x" * 100_000])
def test_unknown_token_is_a_conflict(api: Any, problem: Any, action: str, token: str) -> None:
    """A token that proves nothing is a 409 and changes nothing."""
    case_id, _ = api.claimed()
    problem(_act(api, case_id, action, token), 409, "conflict", "no longer valid")
    assert api.parts.triage.case(case_id).state is State.CLAIMED


@pytest.mark.parametrize("action", HELD)
def test_expired_claim_is_a_conflict(api: Any, problem: Any, clock: Any, action: str) -> None:
    """After the lease the token is stale, and the case is everyone's again."""
    api.tell_time(clock)
    case_id, token = api.claimed("mira")
    clock.advance(901)
    problem(_act(api, case_id, action, token), 409, "conflict", "expired")
    assert api.post("/v1/queue/claim", who="nils").json()["case"]["id"] == case_id


@pytest.mark.parametrize("action", HELD)
def test_lost_claim_is_a_conflict(api: Any, problem: Any, clock: Any, action: str) -> None:
    """Once another reviewer took over an expired claim, the first one's token is void."""
    api.tell_time(clock)
    case_id, token = api.claimed("mira")
    clock.advance(901)
    api.post(f"/v1/cases/{case_id}/claim", who="nils")
    problem(_act(api, case_id, action, token), 409, "conflict", "no longer valid")


@pytest.mark.parametrize("action", HELD)
def test_token_of_another_case_is_a_conflict(api: Any, problem: Any, action: str) -> None:
    """A live claim on one case proves nothing about another."""
    case_id, _ = api.claimed("mira")
    _, foreign = api.claimed("nils", text=f"{api.advert} again")
    problem(_act(api, case_id, action, foreign, "nils"), 409, "conflict", "no longer valid")


@pytest.mark.parametrize("action", HELD)
def test_anothers_token_is_a_conflict(api: Any, problem: Any, action: str) -> None:
    """A token serves its own holder only: no verdict is recorded in another's name."""
    case_id, token = api.claimed()
    problem(_act(api, case_id, action, token, "nils"), 409, "conflict", "its own holder only")
    assert api.parts.triage.case(case_id).decisions == ()


@pytest.mark.parametrize("action", ["claim", *HELD])
def test_closed_case_is_a_conflict(api: Any, problem: Any, action: str) -> None:
    """A decided case takes no further action with its old token."""
    case_id, token = api.claimed()
    _act(api, case_id, "decide", token)
    problem(_act(api, case_id, action, token), 409, "conflict", "is closed")
    assert len(api.parts.triage.case(case_id).decisions) == 1


@pytest.mark.parametrize("action", ["claim", "undo", *HELD])
@pytest.mark.parametrize("number", [0, -1, 999, 2**63, 10**30])
def test_unknown_case_is_404(shared_api: Any, problem: Any, action: str, number: int) -> None:
    """A case that does not exist cannot be acted on, however large its number."""
    problem(_act(shared_api, number, action, "x"), 404, "not-found", f"no case {number}")


def test_case_is_shown_or_404(api: Any, problem: Any) -> None:
    """A case is shown by its number; an unknown number is a 404, a word a 422."""
    assert api.get(f"/v1/cases/{api.queued()}").json()["decisions"] == []
    problem(api.get("/v1/cases/999"), 404, "not-found", "no case 999")
    problem(api.get("/v1/cases/first"), 422, "invalid-request", "case_id")


@pytest.mark.parametrize(
    ("change", "kind", "word"),
    [
        ({"act": "sell"}, "invalid-request", "act: "),
        ({"act": None}, "invalid-request", "act: "),
        ({"reason": "because"}, "input-error", "reason: 'because' is not in the policy"),
        ({"reason": "warns_others"}, "input-error", "does not fit the act 'offer'"),
        ({"reason": ["sells_passage"]}, "invalid-request", "reason: "),
        ({"note": "x" * 10_001}, "input-error", "note: has 10,001 characters"),
        ({"note": 7}, "invalid-request", "note: "),
        ({"token": None}, "invalid-request", "token: "),
        ({"surplus": 1}, "invalid-request", "surplus: "),
    ],
)
def test_wrong_verdict_is_refused(
    api: Any, problem: Any, change: dict[str, Any], kind: str, word: str
) -> None:
    """A verdict that the policy or the schema does not know is a 422 that names the field."""
    case_id, token = api.claimed()
    body = VERDICT | {"token": token} | change
    problem(api.post(f"/v1/cases/{case_id}/decide", body), 422, kind, word)
    assert api.parts.triage.case(case_id).decisions == ()


def test_every_reason_can_be_cited(api: Any) -> None:
    """The listed reasons are what a decision takes, each for the acts that it names."""
    reasons = api.get("/v1/reasons").json()["reasons"]
    for number, reason in enumerate(reasons):
        case_id, token = api.claimed(text=f"{api.advert} {number}")
        body = {"token": token, "reason": reason["code"], "act": reason["acts"][-1]}
        assert api.post(f"/v1/cases/{case_id}/decide", body, "mira").status_code == 200


@pytest.fixture(name="decided")
def _decided(api: Any, clock: Any) -> int:
    """A case that Mira has just decided."""
    api.tell_time(clock)
    case_id, token = api.claimed("mira")
    _act(api, case_id, "decide", token)
    return int(case_id)


@pytest.mark.parametrize("who", ["mira", "lena"])
def test_undo_opens_the_case_again(api: Any, decided: int, who: str) -> None:
    """The decider, or a lead, may undo; the decision stays in the history."""
    assert api.post(f"/v1/cases/{decided}/undo", who=who).json()["state"] == "open"
    kinds = [decision["kind"] for decision in api.get(f"/v1/cases/{decided}").json()["decisions"]]
    assert kinds == ["decide", "undo"]


def test_undo_has_its_limits(api: Any, decided: int, clock: Any, problem: Callable[..., Any]) -> None:
    """Another's decision is a 403; after the grace window, or twice, undoing is a 409."""
    path = f"/v1/cases/{decided}/undo"
    problem(api.post(path, who="review"), 403, "forbidden", "or a lead")
    clock.advance(601)
    problem(api.post(path, who="mira"), 409, "conflict", "stays decided")
    clock.advance(-600)
    assert api.post(path, who="mira").status_code == 200
    problem(api.post(path, who="mira"), 409, "conflict", "no decision to undo")
