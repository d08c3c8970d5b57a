"""What evasion costs: recall of the same adverts, by the same models, after each attack."""

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from corpus import FOLDS, Corpus, Ordinary, prepare_all
from joblib import Parallel, delayed
from ours import Ours
from protocol import task_of

from training.evaluate import choose_policy
from training.perturb import ATTACKS, STRENGTHS, perturb
from training.sources import GROUPS

#: Attacks by a library that no one here wrote, on a share of the words.
LIBRARY = tuple(f"nlpaug: {name}" for name in ("letters swapped", "letters dropped", "keyboard", "scanning"))
#: Among what is said of the adverts, what is said of ordinary posts.
ORDINARY = "ordinary"


def recall_under_attack(corpus: Corpus, ordinary: Sequence[Ordinary], variant: Ours) -> dict[str, Any]:
    """Recall in the wild of the adverts as written, and rewritten by each attack, light and heavy."""
    at = np.flatnonzero(corpus.adverts)
    texts = [corpus.examples[i].text for i in at]
    versions = {"as written": texts}
    for name in sorted(ATTACKS):
        for strength, share in STRENGTHS.items():
            versions[f"{name}|{strength}"] = [
                perturb(t, name, share, f"test {i}") for i, t in enumerate(texts)
            ]
    for name in LIBRARY:
        for strength, share in STRENGTHS.items():
            versions[f"{name}|{strength}"] = _by_library(texts, name, share)
    prepared = {name: prepare_all(own) for name, own in versions.items()}
    run = Parallel(n_jobs=2)
    folds = run(delayed(_fold)(corpus, ordinary, prepared, at, fold, variant) for fold in range(FOLDS))
    said = {name: np.concatenate([fold[name] for fold in folds]) for name in (*versions, ORDINARY)}
    bar = choose_policy(said[ORDINARY]).review
    return {
        name: {
            "recall": float((said[name] >= bar).mean()),
            "changed": sum(a != b for a, b in zip(own, texts, strict=True)) / len(at),
        }
        for name, own in versions.items()
    }


def _fold(
    corpus: Corpus,
    ordinary: Sequence[Ordinary],
    prepared: dict[str, list[str]],
    at: Any,
    fold: int,
    variant: Ours,
) -> dict[str, Any]:
    score = variant.fit(task_of(corpus, fold))
    foreign = [post.prepared for post in ordinary if GROUPS[post.source] == fold]
    mine = np.flatnonzero(corpus.folds[at] == fold)
    said = {name: score([], [own[i] for i in mine]).probability for name, own in prepared.items()}
    return said | {ORDINARY: score([], foreign).probability}


def _by_library(texts: Sequence[str], name: str, share: float) -> list[str]:
    import nlpaug.augmenter.char as attacks  # noqa: PLC0415 - a benchmark dependency only

    # The library draws from the global states.
    random.seed(0)
    np.random.seed(0)
    options = {"aug_char_p": 0.1, "aug_word_p": share, "aug_char_max": None, "aug_word_max": None}
    made = {
        LIBRARY[0]: lambda: attacks.RandomCharAug(action="swap", **options),
        LIBRARY[1]: lambda: attacks.RandomCharAug(action="delete", **options),
        LIBRARY[2]: lambda: attacks.KeyboardAug(include_special_char=False, **options),
        LIBRARY[3]: lambda: attacks.OcrAug(**options),
    }[name]()
    return [(made.augment(text) or [text])[0] for text in texts]
