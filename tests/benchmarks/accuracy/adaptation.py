"""What it buys a team to give its own traffic as background, on posts that no fit has seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from corpus import Corpus, Ordinary
from joblib import Parallel, delayed
from ours import Ours
from protocol import Result, Task

from training.background import BackgroundPost
from training.evaluate import choose_policy

SOURCES = ("english_sms", "roman_urdu", "romanian_comments")


def adapt(corpus: Corpus, ordinary: Sequence[Ordinary], ours: Result) -> dict[str, Any]:
    """For each source left out of the background: its second half without and with its first.

    The threshold rests on what `ours` says of all other sources, and on a quarter of the team's own crawl.
    """
    jobs = [(source, own) for source in SOURCES for own in (False, True)]
    run = Parallel(n_jobs=2)
    done = run(delayed(_one)(corpus, ordinary, ours, source, own=own) for source, own in jobs)
    found: dict[str, Any] = {}
    for (source, own), figures in zip(jobs, done, strict=True):
        found.setdefault(source, {})["with" if own else "without"] = figures
    return found


def _one(
    corpus: Corpus, ordinary: Sequence[Ordinary], ours: Result, source: str, *, own: bool
) -> dict[str, float]:
    traffic = [post for post in ordinary if post.source == source]
    first, second = traffic[::2], traffic[1::2]
    judged = first[::4] if own else []
    learnt = [post for at, post in enumerate(first) if at % 4] if own else []
    others = [post for post in corpus.background if post.source != source]
    crawl = [BackgroundPost(post.language, source, post.prepared) for post in learnt]
    score = Ours().fit(Task(corpus, np.flatnonzero(corpus.folds != 0), [*others, *crawl]))
    known = score([], [post.prepared for post in judged]).probability if judged else np.zeros(0)
    elsewhere = ours.ordinary[[post.source != source for post in ordinary]]
    bar = choose_policy(np.concatenate([elsewhere, known])).review
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
