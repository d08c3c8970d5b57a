"""Score posts without keeping them."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from service.answers import error_answer, explanation_answer, score_answer
from service.api.access import ScoreCaller, ServicesDep
from service.api.examples import ASKING, BATCH, EXPLAINED, POST, SCORED, answers, shown
from service.api.items import read_batch
from service.api.problems import Answer
from service.posts import read_post

router = APIRouter(prefix="/v1", tags=["score"])

PostBody = Annotated[dict[str, Any], Body(openapi_examples=shown(POST, ASKING))]
BatchBody = Annotated[dict[str, Any], Body(openapi_examples=shown(BATCH))]
Explain = Annotated[bool, Query(description="Say which spans of the text made the score.")]


@router.post("/score", responses=answers(EXPLAINED))
def score(body: PostBody, caller: ScoreCaller, parts: ServicesDep, explain: Explain = True) -> Answer:  # noqa: ARG001 - the caller is checked
    """Score one post; with its reasons unless `explain=false`."""
    post = read_post(body)
    scorer = parts.live.get().scorer
    if explain:
        explanation = scorer.explain(post.text)
        answer, found = explanation_answer(explanation, post.text), explanation.score
    else:
        found = scorer.score(post.text)
        answer = score_answer(found)
    parts.metrics.scored.labels(found.band).inc()
    return Answer({"id": post.id} | answer)


@router.post("/score/batch", responses=answers(SCORED))
def score_batch(body: BatchBody, caller: ScoreCaller, parts: ServicesDep) -> Answer:  # noqa: ARG001 - the caller is checked
    """Score many posts in order; an item that cannot be scored is an entry with an error."""
    items = read_batch(body, parts.settings.max_batch)
    scores = iter(parts.live.get().scorer.score_many([item.post.text for item in items if item.post]))
    results = []
    for item in items:
        if item.error:
            results.append({"id": item.id} | error_answer(item.error))
            continue
        found = next(scores)
        parts.metrics.scored.labels(found.band).inc()
        results.append({"id": item.id} | score_answer(found))
    failed = sum(item.error is not None for item in items)
    return Answer({"results": results, "scored": len(items) - failed, "failed": failed})
