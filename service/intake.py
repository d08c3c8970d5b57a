"""Score posts and route those that a person should see."""

from collections.abc import Sequence
from dataclasses import dataclass

from model.records import Explanation, Post, Score
from service.records import Routed
from service.services import Services


@dataclass(frozen=True, slots=True)
class Taken:
    """A scored post and the case that it became, if it was routed."""

    score: Score
    routed: Routed | None


def enqueue(parts: Services, explained: Sequence[tuple[Post, Explanation]]) -> list[Routed]:
    """Commit scored posts to the queue in one transaction; the same post is the same case."""
    if not explained:
        return []
    routed = parts.triage.submit(explained)
    parts.metrics.routed.inc(sum(case.created for case in routed))
    return routed


def take_in(parts: Services, posts: Sequence[Post]) -> list[Taken]:
    """Score posts and commit those to be routed in one transaction, before answering.

    Raises InvalidPost for a text that cannot be scored, StoreUnavailable if nothing could be kept.
    """
    release = parts.live.get()
    scores = release.scorer.score_many([post.text for post in posts])
    entering = [i for i, score in enumerate(scores) if release.policy.routes(score)]
    explained = [(posts[i], release.scorer.explain(posts[i].text)) for i in entering]
    routed = dict(zip(entering, enqueue(parts, explained), strict=True))
    for score in scores:
        parts.metrics.scored.labels(score.band).inc()
    return [Taken(score, routed.get(i)) for i, score in enumerate(scores)]
