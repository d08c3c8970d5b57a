"""Take posts in: score them and route what a person should see into the queue."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Body

from service.answers import error_answer, score_answer
from service.api.access import PostsCaller, ServicesDep
from service.api.examples import BATCH, POST, ROUTED, answers, shown
from service.api.items import Item, read_batch
from service.api.problems import Answer
from service.intake import Taken, take_in
from service.posts import read_post

router = APIRouter(prefix="/v1", tags=["queue"])

PostsBody = Annotated[dict[str, Any], Body(openapi_examples=shown(POST, BATCH))]


@router.post("/posts", responses=answers(ROUTED))
def submit(body: PostsBody, caller: PostsCaller, parts: ServicesDep) -> Answer:  # noqa: ARG001 - the caller is checked
    """Score a post, or a batch under `posts`, and route it; the same post twice is one case."""
    if "posts" not in body:
        post = read_post(body)
        return Answer(_taken(post.id, take_in(parts, [post])[0]))
    items = read_batch(body, parts.settings.max_batch)
    taken = iter(take_in(parts, [item.post for item in items if item.post]))
    results = [_item(item, taken) for item in items]
    failed = sum(item.error is not None for item in items)
    return Answer({"results": results, "scored": len(items) - failed, "failed": failed})


def _item(item: Item, taken: Iterator[Taken]) -> dict[str, Any]:
    if item.error:
        return {"id": item.id} | error_answer(item.error)
    return _taken(item.id, next(taken))


def _taken(identity: str | None, taken: Taken) -> dict[str, Any]:
    case = {"case": taken.routed.case_id, "created": taken.routed.created} if taken.routed else {}
    return {"id": identity} | score_answer(taken.score) | {"routed": taken.routed is not None} | case
