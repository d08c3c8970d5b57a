"""Model choices, one changed at a time, under the common protocol."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from corpus import Corpus, Ordinary
from ours import Ours
from protocol import Contender, Floats, Result, Said, Task, cross_validate, flagged, hard, interval, threshold
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from threadpoolctl import threadpool_limits

from model.classifier import ACTS, ADVERT_COLUMNS, UNRELATED_COLUMN, act_probabilities, relevance_and_stance
from model.features import FeatureConfig
from training.evaluate import choose_policy
from training.fit import FitConfig, gather

_BASE = FitConfig()
#: Half of the examples and every second background post are trained on: there are many fits.
SHARE = 0.5
EVERY = 2
#: Fewer ordinary posts give a language no threshold of its own.
ENOUGH = 500


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
    """What is compared with what ships."""
    return [
        Ours("no concepts", concepts=False),
        *(Ours(f"concepts weigh {w}", _with(concept_weight=w)) for w in (0.25, 1.0)),
        Ours("words weigh 0.5", _with(word_weight=0.5)),
        *(Ours(f"character n-grams {a}-{b}", _with(char_ngrams=(a, b))) for a, b in ((2, 4), (3, 5))),
        *(Ours(f"2^{bits} character columns", _with(char_bits=bits)) for bits in (16, 20)),
        Alternative("a vocabulary instead of hashing", vocabulary=True),
        Alternative("plain instead of sublinear tf", sublinear=False),
        Alternative("advert or not instead of acts", binary=True),
        Alternative("acts balanced", balanced=True),
        Alternative("ridge by stochastic gradient", penalty="l2"),
        Alternative("elastic net by stochastic gradient", penalty="elasticnet"),
        *(Ours(f"C = {c:g}", _with(inverse_regularisation=c)) for c in (1.0, 10.0)),
        *(Ours(f"background weighs {w:g}", _with(background_weight=w)) for w in (0.2, 1.0)),
        Ours("no rewritten copies", _with(copy_weight=0.0)),
    ]


def choose(corpus: Corpus, ordinary: Sequence[Ordinary]) -> list[dict[str, Any]]:
    """Figures of what ships, of thresholds by language, and of every candidate."""
    corpus = replace(corpus, background=corpus.background[::EVERY])
    shipped = cross_validate(Ours(), corpus, ordinary, share=SHARE)
    found = [
        _figures("as shipped", shipped, corpus),
        _figures("a threshold for each language", shipped, corpus, _by_language(shipped, corpus, ordinary)),
    ]
    for candidate in candidates():
        result = cross_validate(candidate, corpus, ordinary, share=SHARE)
        found.append(_figures(candidate.name, result, corpus))
    return found


def _by_language(result: Result, corpus: Corpus, ordinary: Sequence[Ordinary]) -> Floats:
    """The threshold of each example's language, that of all where a language has few ordinary posts."""
    spoken = np.array([post.language for post in ordinary])
    common = threshold(result, corpus, own_too=False)
    own = {code: choose_policy(result.ordinary[spoken == code]).review for code in set(spoken)}
    many = {code for code in own if (spoken == code).sum() >= ENOUGH}
    return np.array([own[code] if code in many else common for code in corpus.languages])


def _figures(name: str, result: Result, corpus: Corpus, bar: Any = None) -> dict[str, Any]:
    bar = threshold(result, corpus, own_too=False) if bar is None else bar
    wild, strict = flagged(result, bar), flagged(result, threshold(result, corpus, own_too=True))
    adverts = corpus.adverts
    hits = int(wild[adverts].sum())
    return {
        "name": name,
        "recall": hits / int(adverts.sum()),
        "interval": interval(hits, int(adverts.sum())),
        "strict": float(strict[adverts].mean()),
        "own_ordinary": float(wild[corpus.unrelated].mean()),
        **hard(result, corpus, np.ones_like(adverts)),
    }
