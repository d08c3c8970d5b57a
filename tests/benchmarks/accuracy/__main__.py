"""Measure accuracy and write it down.

    python tests/benchmarks/accuracy --data ../shared/data --results var/accuracy --output docs/accuracy.md

Without --data the public sets are left out: ordinary posts are then the shipped word counts. Each section's
figures are kept as JSON in --results, and measured again only if named by --only or missing.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import adaptation
import choices
import identify
import numpy as np
import published
import rates
import release
import robustness
import transfer
from corpus import DATASETS, Corpus, Ordinary, read_corpus, read_ordinary
from ours import Ours
from page import page
from protocol import cross_validate

from training.fit import FitConfig, fit

#: Sections that do not rest on our examples.
APART = ("published",)


class Bench:
    """What the sections read, made when first asked for."""

    def __init__(self, data: Path | None, results: Path) -> None:
        self.data = data
        self.results = results
        self.corpus: Corpus = read_corpus()
        self.ordinary: list[Ordinary] = read_ordinary(data, self.corpus, per_language=1_000)

    def sections(self) -> dict[str, Callable[[], Any]]:
        """Name every section that can be measured with what is here."""
        corpus, ordinary = self.corpus, self.ordinary
        ours = lru_cache(maxsize=1)(lambda: cross_validate(Ours(), corpus, ordinary))
        found: dict[str, Callable[[], Any]] = {
            "contenders": lambda: rates.compare(corpus, ordinary, ours()),
            "acts": lambda: rates.acts(ours(), corpus),
            "misses": lambda: self._misses(ours().examples.probability),
            "learning": lambda: rates.learning_curve(corpus, ordinary),
            "calibration": self._calibration,
            "robustness": lambda: robustness.recall_under_attack(corpus, ordinary, Ours()),
            "transfer": lambda: transfer.leave_one_language_out(corpus, ordinary),
            "choices": lambda: choices.choose(corpus, ordinary),
        }
        if self.data is not None:
            data = self.data
            found |= {
                "public": lambda: release.on_public_sets(self._release(), data),
                "unsure": lambda: release.abstentions(self._release(), corpus),
                "identification": lambda: identify.identification(data, corpus.examples),
                "published": lambda: published.published_table(data),
                "adaptation": lambda: adaptation.adapt(corpus, ordinary, ours()),
            }
        return found

    def _release(self) -> Any:
        return release.trained(self.results / "releases", DATASETS)

    def _calibration(self) -> Any:
        config = FitConfig()
        fitted = fit(self.corpus.examples, self.corpus.background, config)
        return rates.calibration(fitted.example_probabilities, self.corpus)

    def _misses(self, probability: Any) -> Any:
        """The adverts most surely missed and the benign examples most surely flagged, as ids."""
        order = np.argsort(probability)
        ids = [self.corpus.examples[i].id for i in order]
        advert = self.corpus.adverts[order]
        missed = [name for name, is_advert in zip(ids, advert, strict=True) if is_advert][:20]
        flagged = [name for name, is_advert in zip(ids, advert, strict=True) if not is_advert][-20:]
        return {"missed": missed, "flagged": flagged[::-1]}


def main() -> None:
    """Measure what is missing or named, print it, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="the public sets")
    parser.add_argument("--results", type=Path, default=Path("var/accuracy"))
    parser.add_argument("--output", type=Path, default=Path("docs/accuracy.md"))
    parser.add_argument("--only", nargs="*", default=[], help="measure these sections anew")
    parser.add_argument("--kept", action="store_true", help="write the page from figures kept before")
    asked = parser.parse_args()
    data = asked.data if asked.data and asked.data.is_dir() else None
    asked.results.mkdir(parents=True, exist_ok=True)
    bench = Bench(data, asked.results)
    counts = _counts(bench)
    results: dict[str, Any] = {"counts": counts}
    for name, section in bench.sections().items():
        path = asked.results / f"{name}.json"
        if asked.kept and not path.exists():
            continue
        if name in asked.only or not path.exists():
            _measure(path, section, None if name in APART else counts)
        kept = json.loads(path.read_text(encoding="utf-8"))
        results[name] = kept["figures"]
        results.setdefault("measured", {})[name] = kept["counts"]
    text = page(results)
    print(text)
    asked.output.write_text(text, encoding="utf-8")


def _counts(bench: Bench) -> dict[str, int]:
    adverts = int(bench.corpus.adverts.sum())
    return {
        "adverts": adverts,
        "benign": len(bench.corpus.examples) - adverts,
        "ordinary": len(bench.ordinary),
        "background": len(bench.corpus.background),
    }


def _measure(path: Path, section: Callable[[], Any], counts: dict[str, int] | None) -> None:
    started = time.monotonic()
    kept = {"counts": counts, "figures": section()}
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"measured {path.stem} in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
