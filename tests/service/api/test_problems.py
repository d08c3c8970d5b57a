"""Every error is problem+json with the right status, and invalid input never a 500."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from model import errors
from service.api import problems
from service.store.database import open_engine

POSTS = [
    "/v1/score",
    "/v1/score/batch",
    "/v1/posts",
    "/v1/queue/claim",
    *(
        f"/v1/cases/{{number}}/{action}"
        for action in ("claim", "extend", "release", "skip", "escalate", "decide", "undo")
    ),
]
WRITTEN = st.text(st.characters(), max_size=40)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WRITTEN
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WRITTEN, inner, max_size=4)
)
FIELDS = ["text", "id", "platform", "url", "posted_at", "posts", "token", "act", "reason", "note"]
ALMOST = st.dictionaries(
    st.sampled_from(FIELDS), ANYTHING | st.lists(st.fixed_dictionaries({"text": WRITTEN}))
)
BODIES = st.one_of(st.binary(max_size=60), (ANYTHING | ALMOST).map(lambda value: json.dumps(value).encode()))
MALFORMED = {
    "no JSON": b"{text: boat}",
    "cut off": b'{"text": "boat',
    "two values": b'{"text": "a"} {}',
    "invalid UTF-8": b'{"text": "\xff\xfe boat"}',
    "bare control character": b'{"text": "a\nb"}',
    "nested too deeply": b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "too long a number": b'{"text": ' + b"9" * 5_000 + b"}",
}


@settings(deadline=None, max_examples=200)
@given(path=st.sampled_from(POSTS), number=st.integers(-1, 3) | st.integers(), body=BODIES)
def test_no_body_makes_a_500(shared_api: Any, path: str, number: int, body: bytes) -> None:
    """Whatever is posted to any route, the answer is JSON with a status below 500."""
    answer = shared_api.post(path.format(number=number), body)
    assert answer.status_code < 500
    assert isinstance(answer.json(), dict)


@settings(deadline=None, max_examples=60)
@given(lane=WRITTEN, language=WRITTEN, limit=WRITTEN | st.integers(), wish=WRITTEN)
def test_no_query_makes_a_500(shared_api: Any, lane: str, language: str, limit: Any, wish: str) -> None:
    """Whatever a query holds, the answer has a status below 500."""
    version = shared_api.parts.live.releases.current()
    sent = {"lane": lane, "language": language, "platform": lane, "limit": limit, "q": wish}
    clean = {name: str(value).encode(errors="replace").decode() for name, value in sent.items()}
    for path in ("/v1/queue", f"/v1/releases/{version}/thresholds"):
        assert shared_api.get(path, params=clean).status_code < 500


@pytest.mark.parametrize("name", MALFORMED)
@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch", "/v1/posts", "/v1/cases/1/decide"])
def test_malformed_body_is_400(shared_api: Any, problem: Any, path: str, name: str) -> None:
    """A body that is no JSON in UTF-8 is a 400 that says so."""
    problem(shared_api.post(path, MALFORMED[name]), 400, "malformed", "JSON")


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_other_media_types_are_415(shared_api: Any, problem: Any, kind: str | None) -> None:
    """A body that is not said to be JSON is a 415 that says how to send it."""
    headers = shared_api.headers("score") | ({"Content-Type": kind} if kind else {})
    answer = shared_api.client.post("/v1/score", content=b'{"text": "boat"}', headers=headers)
    problem(answer, 415, "unsupported-media-type", "Content-Type: application/json")


def test_wrong_fields_are_listed(shared_api: Any, problem: Any) -> None:
    """A body that does not validate names each field and what is wrong with it."""
    answer = shared_api.post("/v1/cases/1/decide", {"act": "sell", "reason": 7})
    found = problem(answer, 422, "invalid-request")
    assert [error["field"] for error in found["errors"]] == ["token", "act", "reason"]
    assert all(error["message"] for error in found["errors"])


def test_surrogates_in_a_problem_are_written(shared_api: Any, problem: Any) -> None:
    """A problem that quotes a lone surrogate is still valid UTF-8."""
    answer = shared_api.post("/v1/cases/1/decide", b'{"token": "t", "act": "\\ud83d", "\\ud800": 1}')
    assert answer.content.decode("utf-8")
    problem(answer, 422, "invalid-request")


def test_unknown_path_and_method(shared_api: Any, problem: Any) -> None:
    """A path that does not exist is a 404, a method that is not offered a 405 that names those that are."""
    problem(shared_api.get("/v1/nothing"), 404, "not-found")
    answer = shared_api.get("/v1/score")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("kind", errors.BreakwaterError.__subclasses__())
def test_every_error_has_a_status(kind: type[errors.BreakwaterError]) -> None:
    """Each of our own errors is a client's fault or a wait, never a 500."""
    error = kind("why", retry_after=7) if kind is errors.TooManyAttempts else kind("why")
    answer = problems.problem_of(error)
    assert kind in problems.STATUS
    assert (answer.status_code < 500) or answer.status_code == 503
    assert ("retry-after" in answer.headers) == (answer.status_code in (429, 503))


def test_unexpected_error_tells_nothing(problem: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A mistake of ours is logged with its cause, which the caller does not see."""
    app = FastAPI()
    problems.install(app)

    @app.get("/v1/broken")
    def _broken() -> None:
        raise RuntimeError("the secret is 42")

    client = TestClient(app, raise_server_exceptions=False)
    problem(client.get("/v1/broken"), 500, "unexpected", "it was logged")
    assert "/v1/broken" in caplog.text
    assert "42" not in client.get("/v1/broken").text


@pytest.fixture(name="elsewhere")
def _elsewhere() -> Iterator[list[Engine]]:
    """Engines to close at the end."""
    engines: list[Engine] = []
    yield engines
    for engine in engines:
        engine.dispose()


def test_locked_database_is_503(api: Any, problem: Any, elsewhere: list[Engine]) -> None:
    """While another process writes, writes are a 503 and lose nothing; reads go on."""
    database = api.parts.engine.url.database
    elsewhere.append(open_engine(f"sqlite:///{database}", busy_seconds=0.05))
    api.move_to(elsewhere[0])
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    for path in ("/v1/posts", "/v1/queue/claim"):
        problem(api.post(path, {"text": api.advert}), 503, "store-unavailable", "locked by another process")
    assert api.get("/v1/queue").json()["cases"] == []
    writer.close()
    assert api.post("/v1/posts", {"text": api.advert}).json()["created"] is True


def test_read_only_database_is_503(api: Any, problem: Any, elsewhere: list[Engine]) -> None:
    """A database that cannot be written is a 503 that says what to do; reads and scores go on."""
    api.queued()
    elsewhere.append(open_engine(f"sqlite:///file:{api.parts.engine.url.database}?mode=ro&uri=true"))
    api.move_to(elsewhere[0])
    for path in ("/v1/posts", "/v1/queue/claim", "/v1/retrain"):
        problem(api.post(path, {"text": api.advert}), 503, "store-unavailable", "read-only")
    assert len(api.get("/v1/queue").json()["cases"]) == 1
    assert api.post("/v1/score", {"text": api.advert}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch", "/v1/posts"])
def test_no_release_is_503(api: Any, problem: Any, path: str) -> None:
    """Before the first release nothing can be scored, and the answer says how to get one."""
    shutil.rmtree(api.parts.settings.releases_path)
    body = {"text": "boat"} if path != "/v1/score/batch" else {"posts": [{"text": "boat"}]}
    problem(api.post(path, body), 503, "artifact-error", "run `breakwater train`")
    assert api.get("/v1/queue").status_code == 200


@pytest.mark.parametrize("damage", [b"", b"not numpy"])
@pytest.mark.parametrize("name", ["manifest.json", "scorer/weights.npy", "thresholds.json"])
def test_corrupt_release_is_503(api: Any, problem: Any, name: str, damage: bytes) -> None:
    """A release that was damaged before the start is a 503 that names the file; the queue still works."""
    kept = api.parts.live.releases
    (kept.root / kept.current() / name).write_bytes(damage)
    problem(api.post("/v1/score", {"text": api.advert}), 503, "artifact-error", name)
    assert api.get("/v1/queue").status_code == 200
