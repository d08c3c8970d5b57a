"""Submitting posts: routed once, whoever sends them and however often."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


def test_advert_becomes_a_case(api: Any) -> None:
    """A post that a person should see is in the queue when the answer arrives."""
    post = {"id": "7", "text": api.advert, "platform": "tiktok", "account": "@a", "url": "https://a.example"}
    answer = api.post("/v1/posts", post, "posts").json()
    assert (answer["routed"], answer["created"], answer["band"]) == (True, True, "high")
    case = api.get("/v1/queue").json()["cases"][0]
    assert (case["id"], case["lane"], case["state"]) == (answer["case"], "high", "open")
    assert case["post"] == post | {"posted_at": None}


def test_harmless_post_is_not_kept(api: Any) -> None:
    """A post in the band `low` is scored and not kept."""
    answer = api.post("/v1/posts", {"text": api.harmless}).json()
    assert (answer["routed"], answer["band"]) == (False, "low")
    assert "case" not in answer
    assert api.get("/v1/queue").json()["cases"] == []


def test_same_post_is_one_case(api: Any) -> None:
    """The same platform and id is the same case, whatever the text; so is the same text without them."""
    named = {"id": "7", "platform": "tiktok", "text": api.advert}
    first = api.post("/v1/posts", named).json()
    again = api.post("/v1/posts", named | {"platform": "TikTok", "text": api.advert + " now"}).json()
    bare = [api.post("/v1/posts", {"text": api.advert}).json() for _ in range(2)]
    assert (first["case"], first["created"], again["created"]) == (again["case"], True, False)
    assert [answer["created"] for answer in bare] == [True, False]
    assert len({first["case"], *(answer["case"] for answer in bare)}) == 2


def test_same_post_twice_in_a_batch_is_one_case(api: Any) -> None:
    """Of a post given twice in a batch, the first makes the case."""
    answer = api.post("/v1/posts", {"posts": [{"text": api.advert}] * 2}).json()
    assert [entry["created"] for entry in answer["results"]] == [True, False]
    assert len({entry["case"] for entry in answer["results"]}) == 1
    assert api.counted("breakwater_routed_total") == 1


def test_same_post_at_once_is_one_case(api: Any) -> None:
    """Eight clients that submit one post at the same time make one case."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.post("/v1/posts", {"text": api.advert}), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.json()["created"] for answer in answers) == 1
    assert len({answer.json()["case"] for answer in answers}) == 1


def test_batch_routes_what_should_be_seen(api: Any) -> None:
    """Of a batch, adverts become cases, harmless posts do not, and a bad one stops neither."""
    posts = [{"text": api.harmless}, {"text": ""}, {"text": api.advert}]
    results = api.post("/v1/posts", {"posts": posts}).json()["results"]
    assert [entry.get("routed") for entry in results] == [False, None, True]
    assert [case["id"] for case in api.get("/v1/queue").json()["cases"]] == [results[2]["case"]]


@pytest.mark.parametrize("field", ["id", "platform", "account", "url", "posted_at"])
@pytest.mark.parametrize("value", [{"a": 1}, ["a"], True, 1.5, "x" * 2_001])
def test_wrong_fields_are_named(shared_api: Any, problem: Any, field: str, value: Any) -> None:
    """A field of the wrong type, or too long, is a 422 that names it, and nothing is kept."""
    post = {"text": f"{shared_api.advert} {field}", field: value}
    problem(shared_api.post("/v1/posts", post), 422, "invalid-post", f"{field}: ")


def test_other_fields_are_ignored(api: Any) -> None:
    """Fields that are not a post's are no error."""
    answer = api.post("/v1/posts", {"text": api.advert, "likes": [1], "": None, "lang": {"a": "b"}})
    assert (answer.status_code, answer.json()["routed"]) == (200, True)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null", b""])
def test_body_must_be_an_object(shared_api: Any, problem: Any, body: bytes) -> None:
    """A body that is JSON but no object, or none at all, is a 422."""
    problem(shared_api.post("/v1/posts", body), 422, "invalid-request")
