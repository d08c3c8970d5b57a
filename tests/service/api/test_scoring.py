"""Scoring over HTTP: one post, batches, and text of every kind."""

import json
from typing import Any

import pytest

SURROGATE = b'{"text": "boat tonight \\ud83d call me, \\u0000 two places left"}'
UNUSABLE = {
    "empty": ("", "text is empty"),
    "blank": (" \t\n\u3000", "text is empty"),
    "a megabyte": ("a " * 500_000, "1,000,000 characters"),
    "no string": (7, "text: must be a string, not a number"),
    "a list": (["a"], "text: must be a string, not a list"),
    "missing": (None, "text: a post needs its text"),
}


def test_score_gives_figures_and_reasons(api: Any) -> None:
    """A post's score comes with evidence that, with the intercept, sums to the log-odds."""
    answer = api.post("/v1/score", {"id": 7301, "text": api.advert}, "score").json()
    assert (answer["id"], answer["band"], answer["act"]) == ("7301", "high", "offer")
    assert answer["probability"] == pytest.approx(answer["relevance"] * answer["stance"])
    total = answer["advert_intercept"] + sum(span["advert"] for span in answer["evidence"])
    assert total == pytest.approx(answer["advert_log_odds"])
    assert all(span["text"] == api.advert[span["start"] : span["end"]] for span in answer["evidence"])


def test_score_leaves_reasons_out(api: Any) -> None:
    """With `explain=false` the same score comes without its reasons."""
    full = api.post("/v1/score", {"text": api.advert}).json()
    short = api.post("/v1/score?explain=false", {"text": api.advert}).json()
    assert "evidence" in full
    assert short == {name: full[name] for name in short}
    assert "evidence" not in short


def test_score_keeps_nothing(api: Any) -> None:
    """Scoring puts no case in the queue."""
    api.post("/v1/score", {"text": api.advert})
    assert api.get("/v1/queue").json()["cases"] == []


@pytest.mark.parametrize("name", UNUSABLE)
@pytest.mark.parametrize("path", ["/v1/score", "/v1/posts"])
def test_unusable_text_is_refused(api: Any, problem: Any, path: str, name: str) -> None:
    """Text that cannot be scored is a 422 that says why."""
    text, detail = UNUSABLE[name]
    problem(api.post(path, {"text": text}), 422, "invalid-post", detail)


@pytest.mark.parametrize(
    "text", ["\U0001f6a2\U0001f4b0", "\x00", "\x00 call me \x00", "\u202e\u200b", "1" * 50_000, "é" * 50_000]
)
def test_odd_text_is_scored(shared_api: Any, text: str) -> None:
    """Emoji only, NULs, invisible characters and long runs are scored like any other text."""
    answer = shared_api.post("/v1/score", {"text": text})
    assert answer.status_code == 200
    assert 0 <= answer.json()["probability"] <= 1


@pytest.mark.parametrize("path", ["/v1/score", "/v1/posts"])
def test_lone_surrogates_are_scored_and_given_back(api: Any, path: str) -> None:
    """A lone surrogate in JSON is text; what is given back is valid UTF-8."""
    answer = api.post(path, SURROGATE)
    assert answer.status_code == 200
    assert answer.content.decode("utf-8")


def test_surrogates_come_back_from_the_queue(api: Any) -> None:
    """The post stays as it was written, in the queue and in its case."""
    text = json.loads(SURROGATE)["text"]
    case_id = api.queued(text)
    assert api.get("/v1/queue").json()["cases"][0]["post"]["text"] == text
    assert api.get(f"/v1/cases/{case_id}").json()["post"]["text"] == text


def test_batch_scores_in_order(api: Any) -> None:
    """A batch answers each post in its place, with the score that it has alone."""
    texts = [api.harmless, api.advert, api.harmless]
    answer = api.post("/v1/score/batch", {"posts": [{"text": text} for text in texts]}).json()
    alone = [api.post("/v1/score?explain=false", {"text": text}).json() for text in texts]
    assert answer == {"results": alone, "scored": 3, "failed": 0}


@pytest.mark.parametrize("path", ["/v1/score/batch", "/v1/posts"])
def test_bad_items_fail_alone(api: Any, path: str) -> None:
    """An item that cannot be scored is an entry with its error, and the counts add up."""
    bad = [{"id": "b", "text": " "}, 7, None, {"id": 5}, {"id": ["x"], "text": "a"}, {"text": "a", "url": 1}]
    posts = [{"id": "a", "text": api.advert}, *bad, {"id": "z", "text": api.harmless}]
    answer = api.post(path, {"posts": posts}).json()
    assert (answer["scored"], answer["failed"], len(answer["results"])) == (2, len(bad), len(posts))
    errors = [entry.get("error") for entry in answer["results"]]
    assert [error is None for error in errors] == [True, *[False] * len(bad), True]
    assert {error["type"] for error in errors if error} == {"invalid-post"}
    assert [entry["id"] for entry in answer["results"]] == ["a", "b", None, None, "5", None, None, "z"]


@pytest.mark.parametrize("path", ["/v1/score/batch", "/v1/posts"])
def test_batch_answers_stay_json(api: Any, path: str) -> None:
    """An id that is NaN or deeply nested is not given back as something that no reader of JSON takes."""
    nested = b"[" * 300 + b"]" * 300
    answer = api.post(path, b'{"posts": [{"id": NaN, "text": 1}, {"id": ' + nested + b', "text": "a"}]}')
    assert [entry["id"] for entry in answer.json()["results"]] == [None, None]
    assert b"NaN" not in answer.content


@pytest.mark.parametrize("path", ["/v1/score/batch", "/v1/posts"])
def test_batch_over_the_limit_is_refused(build: Any, problem: Any, path: str) -> None:
    """A batch larger than the setting is a 422 that names the limit; one of that size is taken."""
    api = build(max_batch=3)
    posts = [{"text": api.harmless}] * 4
    problem(api.post(path, {"posts": posts}), 422, "invalid-post", "4 posts", "at most 3")
    assert api.post(path, {"posts": posts[:3]}).json()["scored"] == 3


@pytest.mark.parametrize("posts", [[], {}, "text", None, 7])
@pytest.mark.parametrize("path", ["/v1/score/batch", "/v1/posts"])
def test_batch_must_be_a_list(api: Any, problem: Any, path: str, posts: Any) -> None:
    """A batch that is no list, or an empty one, is a 422 that names the field."""
    problem(api.post(path, {"posts": posts}), 422, "invalid-post", "posts: give a list")


def test_scored_posts_are_counted_by_band(api: Any) -> None:
    """The metric counts each scored post under its band, and no failed one."""
    posts = [{"text": api.advert}, {"text": api.harmless}, {"text": ""}]
    api.post("/v1/score/batch", {"posts": posts})
    api.post("/v1/score", posts[0])
    assert api.counted("breakwater_scored_total", band="high") == 2
    assert api.counted("breakwater_scored_total", band="low") == 1
