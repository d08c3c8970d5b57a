"""Model choices, one changed at a time, under the common protocol."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from corpus import Corpus, Ordinary
from ours import Ours
from protocol import Contender, Said, Task, cross_validate, flagged, hard, interval, threshold
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from threadpoolctl import threadpool_limits

from model.classifier import ACTS, ADVERT_COLUMNS, UNRELATED_COLUMN, act_probabilities, relevance_and_stance
from model.features import FeatureConfig
from training.fit import FitConfig, gather

_BASE = FitConfig()
#: So much of the examples is trained on: there are many fits.
SHARE = 0.5


def _with(**changes: Any) -> FitConfig:
    features = {name: changes.pop(name) for name in list(changes) if name in FeatureConfig.__slots__}
    return replace(_BASE, features=replace(_BASE.features, **features), **changes)


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same features by other means: a vocabulary, raw counts, two classes, or another penalty."""

    name: str
    vocabulary: bool = False
    sublinear: bool = True
    binary: bool = False
    balanced: bool = False
    penalty: str = ""

    def fit(self, task: Task) -> Callable[[Sequence[str], Sequence[str]], Said]:
        """Fit on the task's examples and background."""
        rows = gather([task.corpus.examples[i] for i in task.chosen], task.background, _BASE)
        acts = rows.acts
        if self.binary:
            acts = np.where(np.isin(acts, ADVERT_COLUMNS), ADVERT_COLUMNS[0], UNRELATED_COLUMN)
        blocks = [_Block(kind, self.vocabulary, self.sublinear) for kind in ("char", "word", "concept")]
        matrix = hstack([block.fit(rows.texts) for block in blocks], format="csr")
        classifier = self._classifier(float(rows.weights.sum()))
        with threadpool_limits(1):
            classifier.fit(matrix, acts, sample_weight=rows.weights)

        def score(_: Sequence[str], prepared: Sequence[str]) -> Said:
            seen = hstack([block.transform(prepared) for block in blocks], format="csr")
            return _said(classifier, classifier.decision_function(seen), len(prepared))

        return score

    def _classifier(self, mass: float) -> Any:
        if not self.penalty:
            return LogisticRegression(
                C=_BASE.inverse_regularisation,
                tol=_BASE.tolerance,
                max_iter=100,
                class_weight="balanced" if self.balanced else None,
            )
        strength = 1 / (_BASE.inverse_regularisation * mass)
        return SGDClassifier("log_loss", penalty=self.penalty, alpha=strength, l1_ratio=0.15, random_state=0)


class _Block:
    """One block of TF-IDF features, hashed or over a vocabulary of what at least two texts have."""

    def __init__(self, kind: str, vocabulary: bool, sublinear: bool) -> None:
        from model.features import _vectorizers  # noqa: PLC0415 - compared with what ships

        names = ("char", "word", "concept")
        hashed = dict(zip(names, _vectorizers(_BASE.features), strict=True))[kind]
        options = ("analyzer", "ngram_range", "token_pattern", "preprocessor", "lowercase")
        own = {name: value for name, value in hashed.get_params().items() if name in options}
        self._counter = CountVectorizer(min_df=2, **own) if vocabulary else hashed
        self._tfidf = TfidfTransformer(sublinear_tf=sublinear)
        weights = {"word": _BASE.features.word_weight, "concept": _BASE.features.concept_weight}
        self._weight = weights.get(kind, 1.0)

    def fit(self, texts: Sequence[str]) -> csr_matrix:
        counts = csr_matrix(self._counter.fit_transform(texts), dtype=np.float32)
        return csr_matrix(self._tfidf.fit_transform(counts) * self._weight)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        counts = csr_matrix(self._counter.transform(texts), dtype=np.float32)
        return csr_matrix(self._tfidf.transform(counts) * self._weight)


def _said(classifier: Any, decisions: Any, count: int) -> Said:
    if decisions.ndim == 1:
        sign = 1 if classifier.classes_[1] == ADVERT_COLUMNS[0] else -1
        probability = 1 / (1 + np.exp(-sign * decisions))
        return Said(probability, probability)
    scores = np.full((count, len(ACTS)), -30.0)
    scores[:, classifier.classes_] = decisions
    acts = act_probabilities(scores)
    relevance, stance = relevance_and_stance(acts)
    return Said(relevance * stance, stance, acts)


def candidates() -> list[Contender]:
    """What is compared; the first is what ships."""
    return [
        Ours("as shipped"),
        Ours("no concepts", concepts=False),
        *(Ours(f"concepts weigh {w}", _with(concept_weight=w)) for w in (0.25, 1.0)),
        *(Ours(f"words weigh {w}", _with(word_weight=w)) for w in (0.5,)),
        *(Ours(f"character n-grams {a}-{b}", _with(char_ngrams=(a, b))) for a, b in ((2, 4), (1, 5))),
        *(Ours(f"2^{bits} character columns", _with(char_bits=bits)) for bits in (16, 20)),
        Alternative("a vocabulary instead of hashing", vocabulary=True),
        Alternative("plain instead of sublinear tf", sublinear=False),
        Alternative("advert or not instead of acts", binary=True),
        Alternative("ridge by stochastic gradient", penalty="l2"),
        Alternative("elastic net by stochastic gradient", penalty="elasticnet"),
        Alternative("acts balanced", balanced=True),
        *(Ours(f"C = {c:g}", _with(inverse_regularisation=c)) for c in (1.0, 10.0)),
        *(Ours(f"background weighs {w:g}", _with(background_weight=w)) for w in (0.1, 1.0)),
        *(Ours(f"copies weigh {w:g}", _with(copy_weight=w)) for w in (0.0,)),
    ]


def choose(corpus: Corpus, ordinary: Sequence[Ordinary]) -> list[dict[str, Any]]:
    """Figures of every candidate."""
    return [_figures(candidate, corpus, ordinary) for candidate in candidates()]


def _figures(candidate: Contender, corpus: Corpus, ordinary: Sequence[Ordinary]) -> dict[str, Any]:
    result = cross_validate(candidate, corpus, ordinary, share=SHARE)
    wild, strict = (flagged(result, threshold(result, corpus, own_too=own)) for own in (False, True))
    adverts = corpus.adverts
    hits = int(wild[adverts].sum())
    return {
        "name": candidate.name,
        "recall": hits / int(adverts.sum()),
        "interval": interval(hits, int(adverts.sum())),
        "strict": float(strict[adverts].mean()),
        "own_ordinary": float(wild[corpus.unrelated].mean()),
        **hard(result, corpus, np.ones_like(adverts)),
    }
