"""Writes with an Idempotency-Key: done once, answered alike."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import JSONResponse

from model.errors import StoreUnavailable
from service.api.idempotency import Idempotency
from service.store.replies import Reply


def test_same_request_gets_the_same_answer(api: Any) -> None:
    """A claim that is sent again is the same claim, token included, and claims no second case."""
    for number in range(2):
        api.queued(f"{api.advert} {number}")
    first, again = (api.post("/v1/queue/claim", who="mira", Idempotency_Key="k1") for _ in range(2))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    assert len(api.parts.triage.held(api.parts.accounts.principal_for_key(api.secrets["mira"]))) == 1


def test_decision_sent_again_is_one_decision(api: Any) -> None:
    """A decision whose answer was lost can be sent again without a conflict."""
    case_id, token = api.claimed()
    body = {"token": token, "act": "offer", "reason": "sells_passage"}
    answers = [api.post(f"/v1/cases/{case_id}/decide", body, "mira", Idempotency_Key="k") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(api.parts.triage.case(case_id).decisions) == 1


@pytest.mark.parametrize("change", ["body", "path", "query"])
def test_key_is_not_used_for_another_request(api: Any, problem: Any, change: str) -> None:
    """The same key with another body, path or query is refused."""
    api.post("/v1/score", {"text": api.advert}, Idempotency_Key="k")
    path = {"path": "/v1/posts", "query": "/v1/score?explain=false"}.get(change, "/v1/score")
    body = {"text": api.harmless if change == "body" else api.advert}
    problem(api.post(path, body, Idempotency_Key="k"), 422, "idempotency", "another request")


def test_callers_do_not_share_keys(api: Any) -> None:
    """Two callers that choose the same key each get their own answer."""
    for number in range(2):
        api.queued(f"{api.advert} {number}")
    claims = [api.post("/v1/queue/claim", who=who, Idempotency_Key="k").json() for who in ("mira", "nils")]
    assert [answer["claim"]["user"] for answer in claims] == ["mira", "nils"]
    assert claims[0]["case"]["id"] != claims[1]["case"]["id"]


def test_failures_are_not_kept(api: Any) -> None:
    """After a refusal the same key works once the cause is gone."""
    first = api.post("/v1/queue/claim", Idempotency_Key="k")
    api.queued()
    again = api.post("/v1/queue/claim", Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (404, 200)


def test_answer_is_not_given_to_whom_was_shut_out(api: Any, problem: Any) -> None:
    """A kept answer, which may hold a claim's token, is not given once the key or the session has ended."""
    api.queued()
    assert api.post("/v1/queue/claim", who="mira", Idempotency_Key="k").status_code == 200
    api.parts.accounts.deactivate("mira")
    problem(api.post("/v1/queue/claim", who="mira", Idempotency_Key="k"), 401, "unauthenticated")


def test_session_gets_its_answer_again(api: Any, signed_in: dict[str, str], problem: Any) -> None:
    """A signed-in browser may repeat a write as well, until it signs out."""
    headers = signed_in | {"Idempotency-Key": "k"}
    api.queued()
    first, again = (api.client.post("/v1/queue/claim", headers=headers) for _ in range(2))
    assert (first.status_code, again.json()) == (200, first.json())
    api.parts.accounts.sign_out(signed_in["Cookie"].partition("=")[2])
    problem(api.client.post("/v1/queue/claim", headers=headers), 401, "unauthenticated")


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_unusable_key_is_400(api: Any, problem: Any, key: str) -> None:
    """An empty or overlong key is refused before anything is done."""
    problem(api.post("/v1/posts", {"text": api.advert}, Idempotency_Key=key), 400, "malformed", "1 to 255")
    assert api.get("/v1/queue").json()["cases"] == []


def test_odd_keys_are_taken(api: Any) -> None:
    """Any bytes that a header can hold make a key."""
    headers = {"Idempotency-Key": b"\xff\xe9 !", **api.headers("score")}
    sent = [api.client.post("/v1/score", json={"text": "boat"}, headers=headers) for _ in range(2)]
    assert [answer.headers.get("Idempotency-Replayed") for answer in sent] == [None, "true"]


def test_large_body_with_a_key_is_413(build: Any, problem: Any) -> None:
    """The limit on bodies holds for keyed requests too, declared or not."""
    api = build(max_body_bytes=1_000)
    headers = api.headers("posts") | {"Idempotency-Key": "k"}
    for content in (b"x" * 1_001, iter([b"x" * 600] * 2)):
        problem(api.client.post("/v1/posts", content=content, headers=headers), 413, "too-large", "1,000")


class FakeReplies:
    """Keeps answers in memory, or fails to."""

    def __init__(self, *, fails: bool = False) -> None:
        self.kept: dict[str, Reply] = {}
        self.fails = fails

    def find(self, name: str) -> Reply | None:
        """Find an answer."""
        return self.kept.get(name)

    def keep(self, name: str, reply: Reply) -> None:
        """Keep an answer."""
        if self.fails:
            raise StoreUnavailable("locked")
        self.kept[name] = reply


class Caller:
    """Sends keyed requests to an application that counts what it did."""

    def __init__(self, replies: FakeReplies) -> None:
        self.done = 0
        self._app = Idempotency(self._count, lambda: replies, admit=lambda _: None)

    async def _count(self, scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.05)
        self.done += 1
        await JSONResponse({"done": self.done})(scope, receive, send)

    async def send(self, *messages: dict[str, Any], path: str = "/v1/x") -> list[Any]:
        """Send one request and return what was sent back."""
        sent: list[Any] = []
        coming = iter(messages or ({"type": "http.request", "body": b"{}"},))

        async def receive() -> dict[str, Any]:
            return next(coming)

        async def note(message: Any) -> None:
            sent.append(message)

        headers = [(b"idempotency-key", b"k")]
        await self._app({"type": "http", "method": "POST", "path": path, "headers": headers}, receive, note)
        return sent


@pytest.fixture(name="caller")
def _caller() -> Callable[..., Caller]:
    return lambda **options: Caller(FakeReplies(**options))


def test_request_at_the_same_time_is_a_conflict(caller: Any) -> None:
    """While the first is being answered, the second is told to wait, and nothing is done twice."""
    calls = caller()

    async def both() -> Any:
        return await asyncio.gather(calls.send(), calls.send())

    answers = asyncio.run(both())
    assert sorted(sent[0]["status"] for sent in answers) == [200, 409]
    assert calls.done == 1


def test_answer_stands_if_it_cannot_be_kept(caller: Any) -> None:
    """What was done is answered as done, even if the answer cannot be kept."""
    calls = caller(fails=True)
    sent = asyncio.run(calls.send())
    assert (sent[0]["status"], sent[1]["body"]) == (200, b'{"done":1}')


def test_half_a_request_is_not_done(caller: Any) -> None:
    """A client that leaves while its body is under way has asked for nothing."""
    calls = caller()
    half = {"type": "http.request", "body": b"{", "more_body": True}
    assert asyncio.run(calls.send(half, {"type": "http.disconnect"})) == []
    assert calls.done == 0


def test_pages_are_left_alone(caller: Any) -> None:
    """Only writes under /v1 are kept; a form that signs someone in is not."""
    calls = caller()
    for _ in range(2):
        asyncio.run(calls.send(path="/sign-in"))
    assert calls.done == 2
