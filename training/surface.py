"""What of a post shows without reading it: counts that must not give the label away."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.examples import Example

_PHONE = re.compile(r"\d(?:[\s().\-/]*\d){7,}")
_SIGNS = frozenset("$€£¥₹₺₽﷼")
_FLAGS = (0x1F1E6, 0x1F1FF)
_SPLITS = 5


def surface(example: Example) -> list[float]:
    """Count phones, prices, digits, emoji, flags, tags, handles, capitals, Latin letters, length, evasion."""
    text = example.text
    letters = [character for character in text if character.isalpha()]
    plain = "".join(str(unicodedata.digit(character, character)) for character in text)
    return [
        float(bool(_PHONE.search(plain))),
        float(any(character in _SIGNS for character in text)),
        np.log1p(sum(character.isdigit() for character in plain)),
        np.log1p(sum(unicodedata.category(character) == "So" for character in text)),
        np.log1p(sum(_FLAGS[0] <= ord(character) <= _FLAGS[1] for character in text)),
        float("#" in text),
        float("@" in text),
        sum(character.isupper() for character in letters) / max(1, len(letters)),
        sum("LATIN" in unicodedata.name(character, "") for character in letters) / max(1, len(letters)),
        np.log1p(len(text)),
        np.log1p(len(text.split())),
        np.log1p(text.count("\n")),
        np.log1p(text.count("!")),
        float(bool(example.evasion)),
    ]


def surface_auc(examples: Sequence[Example]) -> float:
    """How well those counts alone tell adverts from benign posts: area under the curve, cross-validated.

    NaN if there are too few of either to split.
    """
    if (
        min(Counter(example.act.is_advert for example in examples).get(kind, 0) for kind in (True, False))
        < _SPLITS
    ):
        return float("nan")
    counts: NDArray[np.float64] = np.array([surface(example) for example in examples])
    adverts = np.array([example.act.is_advert for example in examples])
    classifier = make_pipeline(StandardScaler(), LogisticRegression(C=0.3))
    folds = StratifiedKFold(_SPLITS, shuffle=True, random_state=0)
    probability = cross_val_predict(classifier, counts, adverts, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(adverts, probability))
