"""What it buys a team to give its own traffic as background, on posts that no fit has seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from corpus import Corpus, Ordinary
from joblib import Parallel, delayed
from ours import Ours
from protocol import Task

from training.background import BackgroundPost
from training.evaluate import choose_policy

SOURCES = ("english_sms", "roman_urdu", "romanian_comments")


def adapt(corpus: Corpus, ordinary: Sequence[Ordinary]) -> dict[str, Any]:
    """For each source left out of the background: its second half without and with its first."""
    jobs = [(source, own) for source in SOURCES for own in (False, True)]
    done = Parallel(n_jobs=2)(delayed(_one)(corpus, ordinary, source, own=own) for source, own in jobs)
    found: dict[str, Any] = {}
    for (source, own), figures in zip(jobs, done, strict=True):
        found.setdefault(source, {})["with" if own else "without"] = figures
    return found


def _one(corpus: Corpus, ordinary: Sequence[Ordinary], source: str, *, own: bool) -> dict[str, float]:
    traffic = [post for post in ordinary if post.source == source]
    first, second = traffic[::2], traffic[1::2]
    others = [post for post in corpus.background if post.source != source]
    crawl = [BackgroundPost(post.language, source, post.prepared) for post in first] if own else []
    train = np.flatnonzero(corpus.folds != 0)
    score = Ours().fit(Task(corpus, train, [*others, *crawl]))
    # A team that has its own posts sets the threshold on them, too; without, on the rest of the world.
    known = (
        [post.prepared for post in ordinary if post.source != source]
        if not own
        else [p.prepared for p in first]
    )
    bar = choose_policy(score([], known).probability).review
    adverts = np.flatnonzero(corpus.adverts & (corpus.folds == 0))
    codes = {post.language for post in traffic}
    spoken = [i for i in adverts if corpus.languages[i] in codes]
    alarms = score([], [post.prepared for post in second]).probability
    found = score([], [corpus.prepared[i] for i in spoken]).probability
    return {
        "posts": len(second),
        "false_alarms": float((alarms >= bar).mean()),
        "adverts": len(spoken),
        "recall": float((found >= bar).mean()),
    }
