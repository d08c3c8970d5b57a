"""The pipeline on a published table: topics of SIB-200, each language trained and tested by itself."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from model.features import FeatureConfig, prepare
from training.counts import count
from training.sources import read_rows

#: Settings to choose among on the dev sentences: n-grams, what words weigh beside them, C.
SETTINGS = (((2, 5), 1.0, 30.0), ((2, 5), 0.5, 30.0), ((2, 5), 0.25, 30.0), ((2, 5), 0.5, 10.0))

Texts = dict[str, list[tuple[str, str]]]


def published_table(data: Path, settings: Any = SETTINGS) -> dict[str, Any]:
    """Accuracy averaged over the languages of the table, by the one setting that is best on dev."""
    with (data / "sib200" / "published_table7.csv").open(encoding="utf-8") as file:
        table = {row["lang_code"]: row for row in csv.DictReader(file)}
    texts: dict[str, Texts] = defaultdict(lambda: defaultdict(list))
    for row in read_rows(data / "sib200" / "data.jsonl.xz"):
        if row["lang_code"] in table:
            texts[row["lang_code"]][row["split"]].append((row["text"], row["label"]))
    codes = sorted(texts)
    done = Parallel(n_jobs=2)(delayed(_language)(dict(texts[code]), settings) for code in codes)
    dev, test = (np.array([[cell[part] for cell in row] for row in done]).mean(axis=0) for part in (0, 1))
    best = int(dev.argmax())
    return {
        "languages": len(codes),
        "setting": settings[best],
        "dev": float(dev[best]),
        "test": float(test[best]),
        "all": [
            {"setting": s, "dev": float(d), "test": float(t)}
            for s, d, t in zip(settings, dev, test, strict=True)
        ],
        "published": {
            name: float(np.mean([float(row[name]) for row in table.values()]))
            for name in ("mlp_ngram_acc", "xlmr_base_acc", "xlmr_large_acc")
        },
    }


def _language(texts: Texts, settings: Any) -> list[tuple[float, float]]:
    splits = ("train", "dev", "test")
    prepared = {split: [prepare(text) for text, _ in texts[split]] for split in splits}
    labels = {split: [label for _, label in texts[split]] for split in splits}
    found = []
    for ngrams, words, c in settings:
        config = FeatureConfig(char_ngrams=ngrams, word_weight=words, concept_weight=0.0)
        matrices = _matrices(prepared, config)
        # What no training sentence has would weigh nothing.
        met = np.unique(matrices["train"].indices)
        matrices = {split: matrix[:, met] for split, matrix in matrices.items()}
        regression = LogisticRegression(C=c, class_weight="balanced", max_iter=300)
        with threadpool_limits(1):
            regression.fit(matrices["train"], labels["train"])
        found.append(tuple(100 * regression.score(matrices[split], labels[split]) for split in splits[1:]))
    return found


def _matrices(prepared: dict[str, list[str]], config: FeatureConfig) -> dict[str, Any]:
    """TF-IDF of each split, fitted to the first."""
    joined = [text for texts in prepared.values() for text in texts]
    counts = count(joined, config, jobs=1)
    sizes = np.cumsum([0, *(len(texts) for texts in prepared.values())])
    union = counts.fit(np.arange(sizes[1]))
    bounds = zip(prepared, sizes[:-1], sizes[1:], strict=True)
    return {split: counts.transform(union, np.arange(first, last)) for split, first, last in bounds}
