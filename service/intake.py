"""Score posts and route those that a person should see."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.records import Routed
from service.services import Services

from model.records import Post, Score


@dataclass(frozen=True, slots=True)
class Taken:
    """A scored post and the case that it became, if it was routed."""

    score: Score
    routed: Routed | None


def take_in(parts: Services, posts: Sequence[Post]) -> list[Taken]:
    """Score posts and commit those to be routed in one transaction, before answering.

    Raises InvalidPost for a text that cannot be scored, StoreUnavailable if nothing could be kept.
    """
    release = parts.live.get()
    scores = release.scorer.score_many([post.text for post in posts])
    entering = [i for i, score in enumerate(scores) if release.policy.routes(score)]
    explained = [(posts[i], release.scorer.explain(posts[i].text)) for i in entering]
    routed = dict(zip(entering, parts.triage.submit(explained), strict=True)) if explained else {}
    for score in scores:
        parts.metrics.scored.labels(score.band).inc()
    parts.metrics.routed.inc(sum(case.created for case in routed.values()))
    return [Taken(score, routed.get(i)) for i, score in enumerate(scores)]
