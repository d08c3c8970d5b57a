"""The fitted scikit-learn classifier: one multinomial regression over the acts, one head for each service."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline

from model.features import FeatureConfig
from model.records import ADVERT_ACTS, Act, Service

Floats = NDArray[np.float64]

ACTS: tuple[Act, ...] = tuple(Act)
SERVICES: tuple[Service, ...] = tuple(Service)
ADVERT_COLUMNS = [ACTS.index(act) for act in ADVERT_ACTS]
OTHER_COLUMNS = [column for column, act in enumerate(ACTS) if not act.is_advert]
UNRELATED_COLUMN = ACTS.index(Act.UNRELATED)


@dataclass(frozen=True, slots=True)
class Classifier:
    """Two scikit-learn estimators and the sizes of their features.

    `acts` is a pipeline from prepared text to a multinomial regression whose classes are the indices of
    `ACTS` and whose weights are calibrated; `services` reads the same features.
    """

    config: FeatureConfig
    acts: Pipeline
    services: OneVsRestClassifier

    def features(self, prepared: Sequence[str]) -> csr_matrix:
        """Turn prepared texts into a sparse matrix (texts x features)."""
        return csr_matrix(self.acts[:-1].transform(prepared))

    def act_scores(self, prepared: Sequence[str]) -> Floats:
        """Return calibrated scores (texts x acts) whose softmax is the probability of each act."""
        return np.asarray(self.acts.decision_function(prepared), dtype=np.float64)

    def service_probabilities(self, prepared: Sequence[str]) -> Floats:
        """Return the probability of each service, should the text be an advert (texts x services)."""
        scores = self.services.decision_function(self.features(prepared))
        return np.asarray(1 / (1 + np.exp(-scores)), dtype=np.float64)


def act_probabilities(scores: Floats) -> Floats:
    """Softmax along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)


def relevance_and_stance(probabilities: Floats) -> tuple[Floats, Floats]:
    """Split act probabilities (... x acts) into relevance and stance; their product is P(advert).

    Relevance is 1 - P(unrelated); stance is P(advert given not unrelated).
    """
    advert = probabilities[..., ADVERT_COLUMNS].sum(axis=-1)
    others = [column for column in OTHER_COLUMNS if column != UNRELATED_COLUMN]
    relevance = advert + probabilities[..., others].sum(axis=-1)
    return relevance, advert / np.maximum(relevance, np.finfo(np.float64).tiny)
