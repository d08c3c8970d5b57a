"""Take a team's own crawl as background, and set aside the posts of it that may be adverts.

A crawl hides adverts; taken as ordinary posts they would teach the classifier to overlook their like.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from model.errors import InputError, InvalidPost
from model.features import words_of
from model.lines import format_object
from model.policy import Policy
from model.records import Score
from model.scorer import Scorer, check_text
from training.background import BackgroundPost, bag, spread
from training.lines import read_rows

_CHUNK = 1_000

#: Says of each text whether it may be an advert.
Suspicion = Callable[[Sequence[str]], list[bool]]


@dataclass(frozen=True, slots=True)
class Crawl:
    """What a crawl gives: ordinary posts as bags, each bag once, and the rows set aside as they were."""

    posts: list[BackgroundPost]
    aside: list[dict[str, Any]]


def no_suspicion(texts: Sequence[str]) -> list[bool]:
    """Take every post as ordinary, for want of a release that could tell."""
    return [False] * len(texts)


def suspicion_of(scorer: Scorer, policy: Policy) -> Suspicion:
    """Suspect what a release would put before a reviewer."""

    def suspect(texts: Sequence[str]) -> list[bool]:
        fit = [text for text in texts if _can_be_scored(text)]
        scores: dict[str, Score] = dict(zip(fit, scorer.score_many(fit), strict=True))
        return [text in scores and policy.routes(scores[text]) for text in texts]

    return suspect


def read_crawl(path: Path, suspect: Suspicion = no_suspicion) -> Crawl:
    """Read a team's own posts (JSON Lines with `text`), folded as the background is.

    Raises InputError at a line without a text.
    """
    posts: dict[str, BackgroundPost] = {}
    aside: list[dict[str, Any]] = []
    rows = map(_checked, read_rows(path))
    while chunk := list(islice(rows, _CHUNK)):
        for row, suspected in zip(chunk, suspect([row["text"] for row in chunk]), strict=True):
            words = spread(bag(row["text"]))
            if suspected:
                aside.append(row)
            elif words_of(words) and words not in posts:
                language = row.get("language")
                known = language if isinstance(language, str) and language else "und"
                posts[words] = BackgroundPost(known, path.name, words)
    return Crawl(list(posts.values()), aside)


def write_aside(rows: Iterable[dict[str, Any]], path: Path) -> None:
    """Write posts that were set aside, ready for `breakwater rescore --enqueue`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(format_object, rows)))


def _checked(line: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    where, row = line
    if not isinstance(row.get("text"), str):
        raise InputError(f"{where}: `text` must be a string")
    return row


def _can_be_scored(text: str) -> bool:
    try:
        check_text(text)
    except InvalidPost:
        return False
    return True
