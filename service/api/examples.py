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
SCORE: dict[str, Any] = {
    "id": "7301",
    "probability": 0.93,
    "relevance": 0.98,
    "stance": 0.95,
    "band": "high",
    "language": "en",
    "act": "offer",
    "services": ["sea"],
    "release": "5c1d0c5f3b7a",
}
ITEM_ERROR: dict[str, Any] = {"id": "7303", "error": {"type": "invalid-post", "detail": "text is empty"}}
ROUTED: dict[str, Any] = SCORE | {"routed": True, "case": 41, "created": True}
DECISION: dict[str, Any] = {
    "token": "the claim's token",
    "act": "offer",
    "reason": "sells_passage",
    "note": "",
}
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
