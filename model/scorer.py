"""Score many posts and explain one, from the arrays of a release.

Each post is scored by itself with the same operations in the same order, whatever the batch around it, so
that one text and one release give one answer to the last bit on every engine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.classifier import (
    ACTS,
    ADVERT_COLUMNS,
    OTHER_COLUMNS,
    SERVICES,
    Classifier,
    act_probabilities,
    relevance_and_stance,
)
from model.concepts import Concept, concept_tokens, find_concepts
from model.errors import InvalidPost
from model.features import FeatureConfig, Floats, Row, RowReader, letters_by_script, prepare
from model.fold import Folded, fold
from model.language import detect
from model.policy import Policy, Readability
from model.records import Evidence, Explanation, Score
from model.tokens import tokens

MAX_CHARS = 50_000
_SERVICE_SHOWN_FROM = 0.5
# One Han character says about what two letters say elsewhere.
_LETTERS_OF = {"CJK": 2}


@dataclass(frozen=True, slots=True)
class Weights:
    """The arrays of a release.

    `idf` (features,) float64; `weights` (features x acts, then services) float32; `intercepts` (acts, then
    services) float64.
    """

    idf: Floats
    weights: NDArray[np.float32]
    intercepts: Floats


class Scorer:
    """Scores posts with one release; safe to share between threads."""

    def __init__(
        self, weights: Weights, config: FeatureConfig, policy: Policy, scripts: frozenset[str], release: str
    ) -> None:
        self.policy = policy
        self.release = release
        self._weights = weights
        self._scripts = scripts
        self._reader = RowReader(config, weights.idf)
        self._unseen = float(weights.idf.max())
        self._taken = float((weights.idf[self._reader.word_columns] < self._unseen).mean())

    def score(self, text: str) -> Score:
        """Score one text; raises InvalidPost if it is empty or too long."""
        return self.score_many([text])[0]

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """Score texts in order; raises InvalidPost at the first that `check_text` refuses."""
        for text in texts:
            check_text(text)
        prepared = [prepare(text) for text in texts]
        return [
            self._score(text, words, row, self._linear(row))
            for text, words, row in zip(texts, prepared, self._reader.rows(prepared), strict=True)
        ]

    def explain(self, text: str) -> Explanation:
        """Score one text and say which of its spans made the score; raises InvalidPost like `score`."""
        check_text(text)
        prepared = prepare(text)
        row = next(self._reader.rows([prepared]))
        linear = self._linear(row)
        scores = linear[: len(ACTS)]
        likely, runner_up = (int(column) for column in np.argsort(-scores, kind="stable")[:2])
        advert = max(ADVERT_COLUMNS, key=lambda column: float(scores[column]))
        other = max(OTHER_COLUMNS, key=lambda column: float(scores[column]))
        sides = np.array([[advert, other], [likely, runner_up]])
        intercepts = self._weights.intercepts
        return Explanation(
            score=self._score(text, prepared, row, linear),
            evidence=self._evidence(text, row, sides),
            advert_log_odds=float(scores[advert] - scores[other]),
            advert_intercept=float(intercepts[advert] - intercepts[other]),
            act_log_odds=float(scores[likely] - scores[runner_up]),
            act_intercept=float(intercepts[likely] - intercepts[runner_up]),
            runner_up=ACTS[runner_up],
        )

    def _score(self, text: str, prepared: str, row: Row, linear: Floats) -> Score:
        probabilities = act_probabilities(linear[: len(ACTS)])
        relevance, stance = (float(part) for part in relevance_and_stance(probabilities))
        probability = relevance * stance
        services = 1 / (1 + np.exp(-linear[len(ACTS) :]))
        act = ACTS[int(probabilities.argmax())]
        return Score(
            probability=probability,
            relevance=relevance,
            stance=stance,
            band=self.policy.band(probability, self._readability(prepared, row)),
            language=detect(text),
            act=act,
            services=tuple(
                service
                for service, share in zip(SERVICES, services, strict=True)
                if act.is_advert and share >= _SERVICE_SHOWN_FROM
            ),
            release=self.release,
        )

    def _readability(self, prepared: str, row: Row) -> Readability:
        letters = letters_by_script(prepared)
        at_words = self._reader.are_words(row.columns)
        counts = row.counts[at_words]
        known = counts[self._weights.idf[row.columns[at_words]] < self._unseen].sum()
        # Some unknown words fall on columns that known ones took; so many of the known are known by chance.
        chance = self._taken * float(counts.sum() - known) / (1 - self._taken)
        return Readability(
            letters=sum(_LETTERS_OF.get(script, 1) * letters.get(script, 0) for script in self._scripts),
            words=float(counts.sum()),
            known_words=max(0.0, float(known) - chance),
        )

    def _linear(self, row: Row) -> Floats:
        """Scores of acts, then services: one weighted sum of rows, added in order."""
        gathered = self._weights.weights[row.columns].astype(np.float64)
        total = (gathered * row.values[:, np.newaxis]).sum(axis=0) + self._weights.intercepts
        return np.asarray(total, dtype=np.float64)

    def _evidence(self, text: str, row: Row, sides: NDArray[np.int64]) -> tuple[Evidence, ...]:
        """Share each feature's contribution among the tokens or the concepts it comes from."""
        folded = fold(text)
        share = self._shares(row, sides)
        spans = tokens(folded.text)
        words = [folded.text[start:end] for start, end in spans]
        found = [
            _evidence(folded, start, end, share(token))
            for (start, end), token in zip(spans, self._reader.rows(words), strict=True)
        ]
        made = concept_tokens(find_concepts(folded.text, spans))
        parts: dict[Concept, Floats] = {}
        for sources, token in zip(made.values(), self._reader.rows(list(made)), strict=True):
            each = share(token) / len(sources)
            for concept in sources:
                parts[concept] = parts.get(concept, np.zeros(2)) + each
        found += [_evidence(folded, c.start, c.end, part, c.name) for c, part in sorted(parts.items())]
        return tuple(found)

    def _shares(self, row: Row, sides: NDArray[np.int64]) -> Callable[[Row], Floats]:
        """Return what weighs one token's own row within a post: its part of both log-odds."""
        per_count = row.values / row.counts
        place = dict(zip(row.columns.tolist(), range(len(row.columns)), strict=True))

        def share(token: Row) -> Floats:
            at = [place[column] for column in token.columns.tolist()]
            gathered = self._weights.weights[row.columns[at]].astype(np.float64)
            totals = ((per_count[at] * token.counts)[:, np.newaxis] * gathered).sum(axis=0)
            return np.array([totals[ours] - totals[theirs] for ours, theirs in sides])

        return share


def _evidence(folded: Folded, start: int, end: int, parts: Floats, concept: str = "") -> Evidence:
    """Draw a span of folded text on the text as posted."""
    first, last = folded.offsets[start], folded.offsets[end - 1]
    return Evidence(first, last + 1, float(parts[0]), float(parts[1]), concept)


def check_text(text: str) -> None:
    """Raise InvalidPost if a text is empty, only white space, or longer than MAX_CHARS code points."""
    if not text.strip():
        raise InvalidPost("text is empty")
    if len(text) > MAX_CHARS:
        raise InvalidPost(f"text has {len(text):,} characters; the limit is {MAX_CHARS:,}")


def weights_of(classifier: Classifier) -> Weights:
    """Take the arrays out of a fitted classifier."""
    union = classifier.acts[:-1]["features"]
    idf = np.concatenate([block["tfidf"].idf_ for _, block in union.transformer_list])
    regression = classifier.acts[-1]
    heads = classifier.services.estimators_
    weights = np.vstack([regression.coef_, *(head.coef_ for head in heads)])
    intercepts = np.concatenate([regression.intercept_, *(head.intercept_ for head in heads)])
    return Weights(
        idf.astype(np.float64),
        np.ascontiguousarray(weights.T, dtype=np.float32),
        intercepts.astype(np.float64),
    )
