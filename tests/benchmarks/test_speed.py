"""Speed, as ratios within one run; run by `make bench`, never by `make test`."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from model.artifact import Release, Releases
from model.features import prepare
from model.language import detect
from model.lines import format_object
from service.rescore import Job, rescore
from training.examples import read_examples

DATASETS = Path(__file__).parents[2] / "datasets"
ROUNDS = 5


@pytest.fixture(name="texts", scope="session")
def _texts() -> list[str]:
    return [example.text for example in read_examples(sorted(DATASETS.glob("*.jsonl")))]


def seconds(work: Callable[[], object]) -> float:
    """Median time of a few rounds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return median(times)


def test_where_the_time_of_a_score_goes(release: Release, release_root: Path, texts: list[str]) -> None:
    """Our scorer against the scikit-learn pipeline in the release, and each stage's share."""
    classifier = Releases(release_root).classifier(release.version)
    prepared = [prepare(text) for text in texts]
    whole = seconds(lambda: release.scorer.score_many(texts))
    stages = {
        "prepare (fold, tokens)": seconds(lambda: [prepare(text) for text in texts]),
        "language": seconds(lambda: [detect(text) for text in texts]),
        "scikit-learn pipeline on prepared text": seconds(lambda: classifier.act_scores(prepared)),
    }
    print(f"\n{len(texts):,} posts, one core: {1e6 * whole / len(texts):.0f} us a post in all")
    for name, taken in stages.items():
        print(f"  {name}: {1e6 * taken / len(texts):.0f} us a post, {taken / whole:.2f} of the whole")


def test_rescoring_on_all_cores(
    release_root: Path, release: Release, texts: list[str], tmp_path: Path
) -> None:
    """A crawl of our own texts, tiled: one process against all cores."""
    crawl = tmp_path / "crawl.jsonl"
    with crawl.open("wb") as file:
        for number in range(10_000):
            file.write(format_object({"id": str(number), "text": texts[number % len(texts)]}))
    taken = {}
    for workers in (1, -1):
        job = Job([crawl], tmp_path / f"out{workers}", release_root, release.version, workers=workers)
        begun = time.perf_counter()
        rescore(job)
        taken[workers] = time.perf_counter() - begun
    print(f"\n10,000 posts: {taken[1] / taken[-1]:.2f} times as fast on all cores as on one")
    print(f"  {10_000 / taken[-1]:.0f} posts a second on all cores")
