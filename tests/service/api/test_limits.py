"""Bodies that are too large are refused before they are read."""

from collections.abc import Iterator
from typing import Any

import pytest

LIMIT = 2_000


@pytest.fixture(name="limited")
def _limited(build: Any) -> Any:
    """The application with a small limit."""
    return build(max_body_bytes=LIMIT)


def _chunks(size: int) -> Iterator[bytes]:
    """A body without a declared length, in pieces."""
    body = b'{"text": "' + b"a " * size
    yield from (body[start : start + 500] for start in range(0, size, 500))


@pytest.mark.parametrize("path", ["/v1/score", "/v1/posts", "/v1/queue/claim", "/nowhere", "/sign-in"])
def test_declared_large_body_is_413(limited: Any, path: str) -> None:
    """A declared length above the limit is refused on every path."""
    answer = limited.post(path, b"x" * (LIMIT + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/v1/score", "/v1/score/batch", "/v1/posts"])
def test_declared_and_chunked_are_refused_alike(limited: Any, problem: Any, path: str) -> None:
    """The answer is the same problem whether or not the length was declared, and names the limit."""
    for content in (b"x" * (LIMIT + 1), _chunks(4 * LIMIT)):
        answer = limited.client.post(path, content=content, headers=limited.headers("adan"))
        problem(answer, 413, "too-large", "2,000 bytes")


def test_lying_about_the_length_does_not_help(limited: Any, problem: Any) -> None:
    """A body longer than it was said to be is counted as it comes."""
    headers = limited.headers("score") | {"Content-Length": "10"}
    answer = limited.client.post("/v1/score", content=_chunks(4 * LIMIT), headers=headers)
    problem(answer, 413, "too-large")


def test_body_of_the_limit_is_taken(limited: Any) -> None:
    """A body of exactly the limit is read."""
    body = b'{"text": "boat tonight"}'.ljust(LIMIT)
    assert limited.post("/v1/score", body).status_code == 200


def test_chunked_body_within_the_limit_is_taken(limited: Any) -> None:
    """A body in pieces is read like any other."""
    headers = limited.headers("score") | {"Content-Type": "application/json"}
    pieces = iter([b'{"text": ', b'"boat tonight"}'])
    assert limited.client.post("/v1/score", content=pieces, headers=headers).status_code == 200


def test_refused_bodies_are_counted(limited: Any) -> None:
    """A refused request is in the metrics like any other."""
    limited.post("/v1/score", b"x" * (LIMIT + 1))
    labels = {"route": "unmatched", "method": "POST", "status": "413"}
    assert limited.counted("breakwater_requests_total", **labels) == 1
