"""Requests and answers shown in the OpenAPI pages; a test sends each and compares."""

from typing import Any

POST: dict[str, Any] = {
    "id": "7301",
    "text": "Two places left for Thursday night, families welcome, pay when you are there. Write me in private",  # noqa: E501
    "platform": "tiktok",
    "account": "@harbour_example",
}
ASKING: dict[str, Any] = {
    "id": "7302",
    "text": "Does anyone know what the ferry costs now and which papers my children need?",
}
BATCH: dict[str, Any] = {"posts": [POST, ASKING, {"id": "7303", "text": " "}]}
_FIGURES: dict[str, Any] = {
    "probability": 0.93,
    "relevance": 0.98,
    "stance": 0.95,
    "band": "high",
    "language": "en",
    "act": "offer",
    "services": ["sea"],
    "release": "5c1d0c5f3b7a",
}
_REASONS: dict[str, Any] = {
    "runner_up": "ask",
    "advert_log_odds": 2.5,
    "advert_intercept": -1.5,
    "act_log_odds": 2.5,
    "act_intercept": -1.5,
    "evidence": [
        {"start": 57, "end": 60, "advert": 1.25, "act": 1.25, "concept": "pay on arrival", "text": "pay"}
    ],
}
SCORE: dict[str, Any] = {"id": "7301"} | _FIGURES
EXPLAINED: dict[str, Any] = SCORE | _REASONS
ITEM_ERROR: dict[str, Any] = {"id": "7303", "error": {"type": "invalid-post", "detail": "text is empty"}}
SCORED: dict[str, Any] = {"results": [SCORE, ITEM_ERROR], "scored": 1, "failed": 1}
ROUTED: dict[str, Any] = SCORE | {"routed": True, "case": 41, "created": True}
DECISION: dict[str, Any] = {
    "token": "the claim's token",
    "act": "offer",
    "reason": "sells_passage",
    "note": "",
}
CLAIM: dict[str, Any] = {
    "case_id": 41,
    "token": "the claim's token",
    "expires_at": "2026-03-01T10:15:00+00:00",
    "user": "amina",
}
CASE: dict[str, Any] = {
    "id": 41,
    "lane": "high",
    "state": "claimed",
    "post": POST | {"url": None, "posted_at": "2026-03-01T09:58:00+00:00"},
    "created_at": "2026-03-01T10:00:00+00:00",
    "due_at": "2026-03-01T14:00:00+00:00",
    "closed_at": None,
    "holder": "amina",
    "held_until": "2026-03-01T10:15:00+00:00",
    "decisions": [],
    "events": [],
    "score": _FIGURES,
}
IN_FULL: dict[str, Any] = CASE | {
    "events": [{"kind": "claimed", "user": "amina", "at": "2026-03-01T10:00:00+00:00", "note": ""}],
    "score": _FIGURES | _REASONS,
}
CLAIMED: dict[str, Any] = {"case": IN_FULL, "claim": CLAIM}
QUEUE: dict[str, Any] = {
    "cases": [CASE],
    "summary": {
        "lanes": [{"lane": "high", "open": 12, "claimed": 1, "oldest": "2026-03-01T08:30:00+00:00"}],
        "languages": ["ar", "en"],
        "platforms": ["tiktok"],
    },
}
REASON_LIST: dict[str, Any] = {
    "reasons": [
        {"code": "sells_passage", "text": "Sells or arranges a crossing or transport", "acts": ["offer"]}
    ]
}
DECIDED: dict[str, Any] = {
    "id": 7,
    "case_id": 41,
    "kind": "decide",
    "act": "offer",
    "reason": "sells_passage",
    "note": "",
    "user": "amina",
    "reviewer": "user:3",
    "decided_at": "2026-03-01T10:04:00+00:00",
    "release": "5c1d0c5f3b7a",
    "undoes": None,
}
RELEASES: dict[str, Any] = {"current": "5c1d0c5f3b7a", "releases": ["5c1d0c5f3b7a"]}
RELEASE: dict[str, Any] = {
    "version": "5c1d0c5f3b7a",
    "created_at": "2026-02-28T18:00:00+00:00",
    "data_digest": "9f2c",
    "examples": 1300,
    "languages": ["ar", "en"],
    "thresholds": {
        "review": 0.4,
        "high": 0.9,
        "min_letters": 8,
        "min_known_words": 2,
        "min_known_share": 0.2,
    },
    "metrics": {"overall": {"average_precision": 0.8}},
}
THRESHOLD: dict[str, Any] = {
    "release": "5c1d0c5f3b7a",
    "query": "maximum recall @ precision >= 0.9",
    "threshold": {"threshold": 0.81, "recall": 0.42, "precision": 0.9, "f1": 0.57, "fpr": 0.0009,
                  "match_rate": 0.006, "filter_rate": 0.994},
}  # fmt: skip
JOB: dict[str, Any] = {
    "id": 3,
    "kind": "retrain",
    "state": "done",
    "requested_by": "amina",
    "created_at": "2026-03-01T11:00:00+00:00",
    "finished_at": "2026-03-01T11:01:40+00:00",
    "result": {"outcome": "promoted", "version": "5c1d0c5f3b7a", "new_labels": 120, "reasons": []},
}
QUEUED: dict[str, Any] = JOB | {"state": "queued", "finished_at": None, "result": None}
PROBLEM: dict[str, Any] = {
    "type": "urn:breakwater:invalid-post",
    "title": "Unprocessable Content",
    "status": 422,
    "detail": "text is empty",
}


def shown(*examples: Any) -> dict[str, Any]:
    """Wrap examples the way OpenAPI wants them."""
    return {f"example {number}": {"value": example} for number, example in enumerate(examples, 1)}


def answers(example: Any, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Describe a route's answer by example, and its problems."""
    return {
        status: {"content": {"application/json": {"example": example}}},
        "4XX": {"description": "Problem", "content": {"application/problem+json": {"example": PROBLEM}}},
    }
