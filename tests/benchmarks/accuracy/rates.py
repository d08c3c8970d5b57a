"""In the wild and hard: recall at a fixed false-alarm rate, and telling adverts from look-alikes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from corpus import FIRST_TIER, Corpus, Ordinary
from ours import Ours
from protocol import (
    Contender,
    Result,
    bootstrap,
    cross_validate,
    flagged,
    hard,
    interval,
    is_act,
    threshold,
)
from rivals import Embeddings, FastText, Keywords, PlainTfidf

from model.classifier import relevance_and_stance
from model.records import Act
from training.evaluate import calibration_error

SHARES = (0.25, 0.5, 1.0)
#: Shares of adverts among posts that come to review, to correct calibration to.
STATED = (0.1, 0.02)


def rivals() -> list[Contender]:
    """Ourselves without concepts, and what a user would pick instead."""
    return [
        Ours("ours without concepts", concepts=False),
        Keywords(),
        PlainTfidf("plain TF-IDF, default settings, examples only", background=False),
        PlainTfidf(),
        FastText(),
        Embeddings(),
    ]


def compare(corpus: Corpus, ordinary: Sequence[Ordinary], ours: Result) -> dict[str, Any]:
    """Every contender's figures, overall and by language; ours are measured already."""
    others = {rival.name: cross_validate(rival, corpus, ordinary) for rival in rivals()}
    return {name: figures(result, corpus) for name, result in {"ours": ours, **others}.items()}


def figures(result: Result, corpus: Corpus) -> dict[str, Any]:
    """Both difficulties, overall and by language."""
    everyone = np.ones(len(corpus.examples), dtype=np.bool_)
    codes = sorted(set(corpus.languages.tolist()))
    wild, strict = (flagged(result, threshold(result, corpus, own_too=own)) for own in (False, True))
    found = {"all": _summary(result, corpus, wild, strict, everyone)}
    families = [example.pair or example.id for example in corpus.examples]
    found["all"]["interval"] = bootstrap(lambda at: _share(wild, corpus.adverts & at), families, everyone)
    found["all"]["auc_interval"] = bootstrap(
        lambda at: hard(result, corpus, at)["stance_auc"], families, everyone, draws=40
    )
    for code in codes:
        found[code] = _summary(result, corpus, wild, strict, corpus.languages == code)
    return found


def _summary(result: Result, corpus: Corpus, wild: Any, strict: Any, at: Any) -> dict[str, Any]:
    adverts = corpus.adverts & at
    hits = int(wild[adverts].sum())
    return {
        "adverts": int(adverts.sum()),
        "benign": int((at & ~corpus.adverts).sum()),
        "recall": hits / max(1, int(adverts.sum())),
        "recall_interval": interval(hits, int(adverts.sum())),
        "recall_strict": _share(strict, adverts),
        "own_ordinary": _share(wild, at & corpus.unrelated),
        **hard(result, corpus, at),
    }


def _share(flags: Any, at: Any) -> float:
    return float(flags[at].mean()) if at.any() else float("nan")


def acts(result: Result, corpus: Corpus) -> dict[str, Any]:
    """For each benign act the share above the threshold, overall and by language."""
    wild = flagged(result, threshold(result, corpus, own_too=False))
    found: dict[str, Any] = {}
    for act in Act:
        if not act.is_advert:
            at = is_act(corpus, act)
            hits = int(wild[at].sum())
            found[act] = {
                "posts": int(at.sum()),
                "share": hits / max(1, int(at.sum())),
                "interval": interval(hits, int(at.sum())),
                "languages": {
                    code: _share(wild, at & (corpus.languages == code))
                    for code in sorted(set(corpus.languages))
                },
            }
    return found


def learning_curve(corpus: Corpus, ordinary: Sequence[Ordinary]) -> dict[str, Any]:
    """The same figures for a quarter and a half of the examples."""
    return {
        str(share): figures(cross_validate(Ours(), corpus, ordinary, share=share), corpus)
        for share in SHARES[:-1]
    }


def calibration(probabilities: Any, corpus: Corpus) -> dict[str, Any]:
    """Expected calibration error of out-of-fold probabilities at the examples' base rate and at a stated one.

    For a stated base rate the log-odds are shifted to it, and benign examples weighed up until it holds.
    """
    relevance, stance = relevance_and_stance(probabilities)
    probability = relevance * stance
    chosen = {"all": np.ones(len(probability), dtype=np.bool_)}
    chosen |= {code: corpus.languages == code for code in FIRST_TIER}
    errors: dict[str, dict[str, float]] = {}
    for rate in (float(corpus.adverts.mean()), *STATED):
        own = errors[f"{rate:.2f}"] = {}
        for name, at in chosen.items():
            adverts, base = corpus.adverts[at], float(corpus.adverts[at].mean())
            shift = rate / (1 - rate) * (1 - base) / base
            odds = probability[at] / (1 - probability[at]).clip(1e-12) * shift
            weights = np.where(adverts, rate / base, (1 - rate) / (1 - base))
            own[name] = calibration_error(adverts, odds / (1 + odds), weights) or 0.0
    return errors
