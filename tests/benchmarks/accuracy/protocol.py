"""One protocol for every contender: grouped folds, foreign sources, one threshold, intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from corpus import FOLDS, Corpus, Ordinary
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from model.classifier import ACTS
from model.records import Act
from training.background import BackgroundPost
from training.evaluate import choose_policy
from training.sources import GROUPS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Said:
    """What a contender says of posts: P(advert), and P(advert given not unrelated); acts if it knows them."""

    probability: Floats
    stance: Floats
    acts: Floats | None = None


class Contender(Protocol):
    """Fits on examples and background, then says what it thinks of texts (raw and prepared)."""

    name: str

    def fit(self, task: "Task") -> Callable[[Sequence[str], Sequence[str]], Said]:
        """Fit and return the scoring function."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one fit may see: examples by index, and background posts."""

    corpus: Corpus
    chosen: NDArray[np.int64]
    background: list[BackgroundPost]


@dataclass(frozen=True, slots=True)
class Result:
    """Out-of-fold answers for all examples, and P(advert) of ordinary posts by the fits foreign to them."""

    examples: Said
    ordinary: Floats


def task_of(corpus: Corpus, fold: int, share: float = 1.0) -> Task:
    """Everything outside a fold, thinned to a share by family, and background of no source that judges it."""
    chosen = corpus.folds != fold
    if share < 1:
        chosen &= thinned(corpus, share)
    background = [post for post in corpus.background if GROUPS.get(post.source) != fold]
    return Task(corpus, np.flatnonzero(chosen), background)


def thinned(corpus: Corpus, share: float) -> Flags:
    """Keep a share of the examples, pairs whole."""
    draw = np.random.default_rng(1)
    pairs = sorted({example.pair or example.id for example in corpus.examples})
    kept = {pair for pair, luck in zip(pairs, draw.random(len(pairs)), strict=True) if luck < share}
    return np.array([(example.pair or example.id) in kept for example in corpus.examples])


def cross_validate(
    contender: Contender,
    corpus: Corpus,
    ordinary: Sequence[Ordinary],
    *,
    share: float = 1.0,
) -> Result:
    """Fit once for each fold and gather what was said of posts that the fit did not see."""
    fits = Parallel(n_jobs=2)(
        delayed(_one_fold)(contender, corpus, ordinary, fold, share) for fold in range(FOLDS)
    )
    count = len(corpus.examples)
    said = Said(np.full(count, np.nan), np.full(count, np.nan), np.full((count, len(ACTS)), np.nan))
    groups = np.array([GROUPS[post.source] for post in ordinary])
    result = Result(said, np.full(len(ordinary), np.nan))
    for fold, (own, foreign) in enumerate(fits):
        at = corpus.folds == fold
        said.probability[at], said.stance[at] = own.probability, own.stance
        if own.acts is not None and said.acts is not None:
            said.acts[at] = own.acts
        result.ordinary[groups == fold] = foreign
    return result


def _one_fold(
    contender: Contender, corpus: Corpus, ordinary: Sequence[Ordinary], fold: int, share: float
) -> tuple[Said, Floats]:
    score = contender.fit(task_of(corpus, fold, share))
    at = np.flatnonzero(corpus.folds == fold)
    own = score([corpus.examples[i].text for i in at], [corpus.prepared[i] for i in at])
    foreign = [post for post in ordinary if GROUPS[post.source] == fold]
    said = score([post.text for post in foreign], [post.prepared for post in foreign])
    return own, said.probability


def threshold(result: Result, corpus: Corpus, *, own_too: bool) -> float:
    """The least threshold that at most 2 in 1,000 ordinary posts reach.

    Ordinary posts are real ones, each judged by the fit that saw nothing of its source; `own_too` adds the
    examples of ordinary life.
    """
    own = result.examples.probability[corpus.unrelated & own_too]
    return choose_policy(np.concatenate([result.ordinary, own])).review


def flagged(result: Result, at_least: float | Floats) -> Flags:
    """Which examples reach a threshold, the same for all or each its own."""
    return np.asarray(result.examples.probability >= at_least, dtype=np.bool_)


def hard(result: Result, corpus: Corpus, chosen: Flags) -> dict[str, float]:
    """Adverts against look-alike acts and pair partners, by stance and by probability."""
    paired = np.array([example.pair is not None for example in corpus.examples])
    at = chosen & (corpus.adverts | paired | ~corpus.unrelated)
    adverts = corpus.adverts[at]
    found = {}
    for name in ("probability", "stance"):
        scores = getattr(result.examples, name)[at]
        bar = np.quantile(scores[~adverts], 0.95)
        found |= {
            f"{name}_auc": float(roc_auc_score(adverts, scores)),
            f"{name}_ap": float(average_precision_score(adverts, scores)),
            f"{name}_recall": float((scores[adverts] > bar).mean()),
        }
    return found


def interval(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return float(middle - reach), float(middle + reach)


def bootstrap(
    measure: Callable[[Flags], float], groups: Sequence[str], chosen: Flags, draws: int = 200
) -> float:
    """Half the 95 % interval of a measure, examples drawn by family."""
    draw = np.random.default_rng(0)
    names, group = np.unique(groups, return_inverse=True)
    values = []
    for _ in range(draws):
        taken = draw.random(len(names)) < 0.5
        values.append(measure(chosen & taken[group]))
    return float(1.96 * np.std(values))


def is_act(corpus: Corpus, act: Act) -> Flags:
    """Which examples have an act."""
    return corpus.acts == ACTS.index(act)
