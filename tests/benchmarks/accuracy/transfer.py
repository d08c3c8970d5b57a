"""What concepts are worth: each language is left out of training and tested on, with them and without."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from corpus import Corpus, Ordinary
from joblib import Parallel, delayed
from protocol import thinned
from sklearn.metrics import roc_auc_score

from model.classifier import ADVERT_COLUMNS, act_probabilities
from training.counts import Counts, count
from training.evaluate import choose_policy
from training.fit import FitConfig, Rows, fit_acts, gather, score_acts
from training.sources import GROUPS

#: Half of the other languages' examples and every fourth background post are trained on: there are many fits.
SHARE = 0.5
EVERY = 4
#: Groups of sources that the background has nothing of: they give the ordinary posts.
TESTED = (1, 2)
_WITH = FitConfig()
_WITHOUT = replace(_WITH, features=replace(_WITH.features, concept_weight=0.0))
VARIANTS = {"with": _WITH, "without": _WITHOUT}


def leave_one_language_out(corpus: Corpus, ordinary: Sequence[Ordinary]) -> dict[str, Any]:
    """Recall in the wild and area under the curve for each language that the fit never saw labelled."""
    background = [post for post in corpus.background if GROUPS.get(post.source) not in TESTED][::EVERY]
    rows = gather(corpus.examples, background, _WITH)
    foreign = [post.prepared for post in ordinary if GROUPS[post.source] in TESTED]
    counts = count([*rows.texts, *foreign], _WITH.features)
    codes = sorted(set(corpus.languages.tolist()))
    jobs = [(code, name) for code in codes for name in VARIANTS]
    run = Parallel(n_jobs=2)
    done = run(delayed(_left_out)(corpus, rows, counts, code, VARIANTS[name]) for code, name in jobs)
    found: dict[str, Any] = {}
    for (code, name), figures in zip(jobs, done, strict=True):
        found.setdefault(code, {})[name] = figures
    return found


def _left_out(corpus: Corpus, rows: Rows, counts: Counts, code: str, config: FitConfig) -> dict[str, float]:
    counts = Counts(config.features, counts.blocks)
    taken = (corpus.languages != code) & thinned(corpus, SHARE)
    ordinary = np.ones(rows.originals - len(taken), dtype=np.bool_)
    acts = fit_acts(rows, counts, np.flatnonzero(np.concatenate([taken, ordinary, taken])), config)
    at = np.flatnonzero(corpus.languages == code)
    foreign = np.arange(len(rows.texts), counts.blocks[0].shape[0])
    own, others = (
        act_probabilities(score_acts(acts, counts, where))[:, ADVERT_COLUMNS].sum(axis=1)
        for where in (at, foreign)
    )
    bar = choose_policy(others).review
    adverts = corpus.adverts[at]
    return {
        "adverts": int(adverts.sum()),
        "recall": float((own[adverts] >= bar).mean()),
        "auc": float(roc_auc_score(adverts, own)),
    }
