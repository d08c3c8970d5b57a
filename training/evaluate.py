"""Measure predictions per language and per act; never one pooled number alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from model.classifier import ACTS, ADVERT_COLUMNS, Floats, relevance_and_stance
from model.policy import Policy
from model.records import Act, Band, Score

Metrics = dict[str, Any]
Flags = NDArray[np.bool_]

REVIEW_FALSE_POSITIVES = 0.002
HIGH = 0.5
_BINS = 10


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model says of labelled posts that it did not see; every field has one entry a post."""

    languages: NDArray[np.str_]
    acts: NDArray[np.int64]
    likely: NDArray[np.int64]
    probability: Floats
    stance: Floats
    unsure: Flags

    @property
    def adverts(self) -> Flags:
        """Which posts are labelled as adverts."""
        return np.isin(self.acts, ADVERT_COLUMNS)

    def where(self, chosen: Flags) -> "Predictions":
        """Keep the chosen posts."""
        fields = (getattr(self, name)[chosen] for name in Predictions.__slots__)
        return Predictions(*fields)


def from_probabilities(languages: Iterable[str], acts: Iterable[Act], probabilities: Floats) -> Predictions:
    """Gather predictions from act probabilities (posts x acts)."""
    relevance, stance = relevance_and_stance(probabilities)
    return Predictions(
        np.array(list(languages), dtype=np.str_),
        np.array([ACTS.index(act) for act in acts], dtype=np.int64),
        probabilities.argmax(axis=1),
        relevance * stance,
        stance,
        np.zeros(len(probabilities), dtype=np.bool_),
    )


def from_scores(languages: Iterable[str], acts: Iterable[Act], scores: Sequence[Score]) -> Predictions:
    """Gather predictions from the scores of a release."""
    return Predictions(
        np.array(list(languages), dtype=np.str_),
        np.array([ACTS.index(act) for act in acts], dtype=np.int64),
        np.array([ACTS.index(score.act) for score in scores], dtype=np.int64),
        np.array([score.probability for score in scores], dtype=np.float64),
        np.array([score.stance for score in scores], dtype=np.float64),
        np.array([score.band is Band.UNSURE for score in scores], dtype=np.bool_),
    )


def measure(predictions: Predictions, policy: Policy) -> Metrics:
    """Report overall, by language and by act; rates that have nothing to count are None."""
    codes = sorted(set(predictions.languages.tolist()))
    return {
        "overall": _summary(predictions, policy),
        "languages": {
            code: _summary(predictions.where(predictions.languages == code), policy) for code in codes
        },
        "acts": {
            str(act): _act_summary(predictions, column, policy)
            for column, act in enumerate(ACTS)
            if (predictions.acts == column).any()
        },
    }


def _summary(predictions: Predictions, policy: Policy) -> Metrics:
    adverts, probability = predictions.adverts, predictions.probability
    both = adverts.any() and not adverts.all()
    related = predictions.acts != ACTS.index(Act.UNRELATED)
    told_apart = predictions.where(related)
    return {
        "adverts": int(adverts.sum()),
        "benign": int((~adverts).sum()),
        "unsure": int(predictions.unsure.sum()),
        "review": _rates(adverts, probability >= policy.review),
        "high": _rates(adverts, probability >= policy.high),
        "average_precision": float(average_precision_score(adverts, probability)) if both else None,
        "stance_auc": _auc(told_apart.adverts, told_apart.stance),
        "calibration_error": calibration_error(adverts, probability),
    }


def _act_summary(predictions: Predictions, column: int, policy: Policy) -> Metrics:
    ours, said = predictions.acts == column, predictions.likely == column
    probability = predictions.probability[ours]
    return {
        "posts": int(ours.sum()),
        "recall": _share(said[ours]),
        "precision": _share(ours[said]),
        "above_review": _share(probability >= policy.review),
        "above_high": _share(probability >= policy.high),
    }


def _rates(adverts: Flags, flagged: Flags) -> Metrics:
    return {
        "recall": _share(flagged[adverts]),
        "precision": _share(adverts[flagged]),
        "false_positive_rate": _share(flagged[~adverts]),
    }


def _share(flags: Flags) -> float | None:
    return float(flags.mean()) if len(flags) else None


def _auc(adverts: Flags, scores: Floats) -> float | None:
    mixed = len(adverts) and adverts.any() and not adverts.all()
    return float(roc_auc_score(adverts, scores)) if mixed else None


def calibration_error(adverts: Flags, probability: Floats, weights: Floats | None = None) -> float | None:
    """Expected calibration error over ten equal-width bins; each post weighs 1 unless `weights` say more."""
    if not len(probability):
        return None
    weights = np.ones(len(probability)) if weights is None else weights
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights * (probability - adverts), minlength=_BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def threshold_table(adverts: Flags, probability: Floats) -> list[dict[str, float]]:
    """Metrics at each percentile of the adverts' probability, lowest threshold first.

    The population is whatever is passed in; precision and match rate hold for its share of adverts.
    """
    thresholds = np.unique(np.quantile(probability[adverts], np.linspace(0, 1, 101)))
    return [_at(float(threshold), adverts, probability) for threshold in thresholds]


def _at(threshold: float, adverts: Flags, probability: Floats) -> dict[str, float]:
    flagged = probability >= threshold
    recall, precision = float(flagged[adverts].mean()), float(adverts[flagged].mean())
    return {
        "threshold": threshold,
        "recall": recall,
        "precision": precision,
        "f1": 2 * recall * precision / (recall + precision) if recall + precision else 0.0,
        "fpr": float(flagged[~adverts].mean()),
        "match_rate": float(flagged.mean()),
        "filter_rate": float(1 - flagged.mean()),
    }


def choose_policy(ordinary: Floats) -> Policy:
    """Set the bands: at most 2 in 1,000 ordinary posts reach `review`; `high` is likelier an advert than not.

    `ordinary` holds the probabilities of ordinary posts, in languages that are watched for adverts, by a
    model that did not see them.
    """
    allowed = int(len(ordinary) * REVIEW_FALSE_POSITIVES)
    highest = np.sort(ordinary)[::-1]
    review = float(np.nextafter(highest[allowed], np.inf)) if len(highest) > allowed else HIGH
    return Policy(review=review, high=max(review, HIGH))


def as_table(metrics: Metrics) -> str:
    """Lay metrics out as two readable tables, by language and by act."""
    names = ("adverts", "benign", "recall", "precis.", "fpr", "AP", "stance", "ECE")
    head = f"{'language':<14}" + "".join(f"{name:>8}" for name in names)
    lines = [head, "-" * len(head)]
    for name, row in [*metrics["languages"].items(), ("all", metrics["overall"])]:
        rates = row["review"]
        figures = (
            rates["recall"],
            rates["precision"],
            rates["false_positive_rate"],
            row["average_precision"],
            row["stance_auc"],
            row["calibration_error"],
        )
        lines.append(f"{name:<14}{row['adverts']:>8}{row['benign']:>8}" + "".join(map(_figure, figures)))
    head = f"{'act':<14}{'posts':>8}{'recall':>8}{'precis.':>8}{'>=review':>10}{'>=high':>8}"
    lines += ["", head, "-" * len(head)]
    for name, row in metrics["acts"].items():
        lines.append(
            f"{name:<14}{row['posts']:>8}{_figure(row['recall'])}{_figure(row['precision'])}"
            f"{_figure(row['above_review']):>10}{_figure(row['above_high'])}"
        )
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:>8.3f}"
