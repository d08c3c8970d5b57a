"""What concepts are worth: each language is left out of training and tested on, with them and without."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from corpus import GROUPS, Corpus, Ordinary
from joblib import Parallel, delayed
from ours import Ours
from protocol import Task, thinned
from sklearn.metrics import roc_auc_score

from training.evaluate import REVIEW_FALSE_POSITIVES


def leave_one_language_out(corpus: Corpus, ordinary: Sequence[Ordinary]) -> dict[str, Any]:
    """Recall in the wild and area under the curve for each language that the fit never saw labelled."""
    codes = sorted(set(corpus.languages.tolist()))
    variants = (Ours("with"), Ours("without", concepts=False))
    jobs = [(code, variant) for code in codes for variant in variants]
    done = Parallel(n_jobs=2)(delayed(_left_out)(corpus, ordinary, code, variant) for code, variant in jobs)
    found: dict[str, Any] = {}
    for (code, variant), figures in zip(jobs, done, strict=True):
        found.setdefault(code, {})[variant.name] = figures
    return found


#: Half of the other languages' examples and every fourth background post are trained on: there are many fits.
SHARE = 0.5
EVERY = 4


def _left_out(corpus: Corpus, ordinary: Sequence[Ordinary], code: str, variant: Ours) -> dict[str, float]:
    background = [post for post in corpus.background if GROUPS[post.source] == 0][::EVERY]
    others = (corpus.languages != code) & thinned(corpus, SHARE)
    score = variant.fit(Task(corpus, np.flatnonzero(others), background))
    at = np.flatnonzero(corpus.languages == code)
    said = score([], [corpus.prepared[i] for i in at])
    foreign = [post.prepared for post in ordinary if GROUPS[post.source] == 1]
    bar = np.quantile(score([], foreign).probability, 1 - REVIEW_FALSE_POSITIVES, method="higher")
    adverts = corpus.adverts[at]
    return {
        "adverts": int(adverts.sum()),
        "recall": float((said.probability[adverts] > bar).mean()),
        "auc": float(roc_auc_score(adverts, said.probability)),
    }
