"""Count the features of all training texts once, and weigh them anew for each choice of rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import FeatureUnion

from model.features import FeatureConfig, feature_union

_CHUNK = 8_000

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each feature occurs in each text: a matrix (texts x features) for each block of the union."""

    config: FeatureConfig
    blocks: list[csr_matrix]

    def fit(self, rows: Rows) -> FeatureUnion:
        """Fit the union's weights to some of the texts."""
        union = feature_union(self.config)
        for (_, block), counts in zip(union.transformer_list, self.blocks, strict=True):
            block["tfidf"].fit(counts[rows])
        return union

    def transform(self, union: FeatureUnion, rows: Rows) -> csr_matrix:
        """Return the TF-IDF matrix (rows x features) of some texts, as the union would make it."""
        weights = union.transformer_weights or {}
        parts = [
            _tfidf(block["tfidf"], counts[rows]) * weights.get(name, 1.0)
            for (name, block), counts in zip(union.transformer_list, self.blocks, strict=True)
        ]
        return csr_matrix(hstack(parts, format="csr"), dtype=np.float32)


def count(texts: Sequence[str], config: FeatureConfig, jobs: int = -1) -> Counts:
    """Count the features of prepared texts, by default on every core."""
    chunks = [texts[at : at + _CHUNK] for at in range(0, max(1, len(texts)), _CHUNK)]
    counted = Parallel(n_jobs=jobs)(delayed(_count)(chunk, config) for chunk in chunks)
    return Counts(config, [vstack(parts, format="csr") for parts in zip(*counted, strict=True)])


def _count(texts: Sequence[str], config: FeatureConfig) -> list[csr_matrix]:
    blocks = feature_union(config).transformer_list
    return [csr_matrix(block["count"].transform(texts), dtype=np.float32) for _, block in blocks]


def _tfidf(transformer: TfidfTransformer, counts: csr_matrix) -> csr_matrix:
    return transformer.transform(counts)
