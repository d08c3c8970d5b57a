"""The release itself on posts of the public sets that it has not seen: false alarms and abstentions."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from corpus import Corpus
from joblib import Parallel, delayed

from model.artifact import Releases
from model.records import Band
from training.background import half
from training.retrain import Sources, train
from training.sources import SOURCES, Source, read_rows

WHOLE = {
    "german_refugee_tweets": "german_refugee_tweets/data.jsonl",
    "real_negatives": "real_negatives/data.jsonl",
}
_CHUNK = 500


def trained(folder: Path, data: Path) -> Releases:
    """Train a release from the project's data into an empty folder."""
    releases = Releases(folder)
    if releases.current() is None:
        train(Sources(data), releases)
    return releases


def on_public_sets(releases: Releases, data: Path) -> dict[str, Any]:
    """Bands of every post that the background cannot hold, by set and language; the false alarms."""
    rows = list(_unseen(data))
    chunks = [rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK)]
    scored = Parallel(n_jobs=2)(delayed(_score)(str(releases.root), chunk) for chunk in chunks)
    bands: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    alarms = []
    for (name, language, text), (band, routed, probability) in zip(
        rows, (answer for chunk in scored for answer in chunk), strict=True
    ):
        bands[name, language][band] += 1
        bands[name, language]["routed"] += routed
        if routed:
            alarms.append({"set": name, "language": language, "probability": probability, "text": text})
    alarms.sort(key=lambda alarm: -alarm["probability"])
    table = [
        {"set": name, "language": language, "posts": sum(counts[band] for band in Band), **counts}
        for (name, language), counts in sorted(bands.items())
    ]
    return {"table": table, "alarms": alarms}


def _unseen(data: Path) -> Iterator[tuple[str, str, str]]:
    for source in SOURCES:
        if source.social:
            for row in read_rows(data / source.file):
                if row["text"].strip() and half(row["text"]) == "b" and _is_taken(source, row):
                    yield source.name, str(row[source.code_field]), row["text"]
    for name, file in WHOLE.items():
        for row in read_rows(data / file):
            yield name, str(row.get("language", "und")), row["text"]


def _is_taken(source: Source, row: dict[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in source.only.items())


def _score(root: str, rows: list[tuple[str, str, str]]) -> list[tuple[str, bool, float]]:
    scorer = Releases(Path(root)).load().scorer
    scores = scorer.score_many([text for _, _, text in rows])
    return [(str(score.band), scorer.policy.routes(score), score.probability) for score in scores]


def abstentions(releases: Releases, corpus: Corpus) -> dict[str, Any]:
    """What share of our examples the release calls unsure, by language; it has seen these."""
    scorer = releases.load().scorer
    bands = np.array([score.band for score in scorer.score_many([e.text for e in corpus.examples])])
    return {
        code: float((bands[corpus.languages == code] == Band.UNSURE).mean())
        for code in sorted(set(corpus.languages.tolist()))
    }
