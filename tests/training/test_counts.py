"""Features counted once weigh as the union itself would weigh them."""

import numpy as np

from model.concepts import MARK
from model.features import FeatureConfig, feature_union
from training.counts import count

CONFIG = FeatureConfig(char_bits=12, word_bits=12, concept_bits=10)
TEXTS = ["two places left", f"a phone , a phone {MARK}phone", "走 线 安 全", "two phones"]


def test_counted_features_are_those_of_the_union() -> None:
    """Fitted to some texts, both give the same matrix for others."""
    counts = count(TEXTS, CONFIG)
    fitted = counts.fit(np.array([0, 1, 3]))
    union = feature_union(CONFIG).fit([TEXTS[i] for i in (0, 1, 3)])
    ours = counts.transform(fitted, np.array([2, 1]))
    theirs = union.transform([TEXTS[2], TEXTS[1]])
    np.testing.assert_allclose(ours.toarray(), theirs.toarray(), atol=1e-6)
    np.testing.assert_allclose(fitted.transform(TEXTS[:1]).toarray(), union.transform(TEXTS[:1]).toarray())
