"""From files to a served release: the same data give the same one, and the gate has the last word."""

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.artifact import Releases
from model.errors import InputError, InvalidExample
from model.lines import format_object
from training.crawl import no_suspicion
from training.examples import read_examples
from training.fit import FitConfig
from training.perturb import draw_attack
from training.retrain import Outcome, Sources, _gather, count_new_labels, train

CRAWL = [{"text": f"We cooked rice for {name} and watched the match"} for name in ("Ann", "Ben", "Lea")]


def _write(path: Path, *rows: dict[str, Any] | bytes) -> Path:
    path.write_bytes(b"".join(row if isinstance(row, bytes) else format_object(row) for row in rows))
    return path


def _label(number: int, text: str, act: str = "offer", service: tuple[str, ...] = ("sea",)) -> dict[str, Any]:
    """One line as `breakwater export labels` writes it."""
    kind = "advert" if act in ("offer", "recruit") else "benign"
    extra = {"platform": "x", "decided_at": "2026-01-01T00:00:00+00:00", "release": "0123456789ab"}
    row = {"id": f"case-{number}", "text": text, "language": "en", "label": kind, "act": act}
    return row | {"service": list(service)} | extra


@pytest.fixture(name="first", scope="module")
def _first(
    tiny_data: Path, tiny_config: FitConfig, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Releases, Outcome]:
    """A first release; tests must not change it."""
    releases = Releases(tmp_path_factory.mktemp("first"))
    return releases, train(Sources(tiny_data), releases, config=tiny_config)


@pytest.fixture(name="kept")
def _kept(first: tuple[Releases, Outcome], tmp_path: Path) -> Releases:
    """A copy of the first release that a test may change."""
    shutil.copytree(first[0].root, tmp_path / "releases")
    return Releases(tmp_path / "releases")


def _doctor(kept: Releases, **changes: Any) -> str:
    """Change the served release's metrics, as if it had been better or worse."""
    version = str(kept.current())
    path = kept.root / version / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["metrics"]["overall"] |= changes
    path.write_text(json.dumps(manifest))
    return version


def test_the_first_release_is_kept_and_served(first: tuple[Releases, Outcome]) -> None:
    """The manifest says what it is made of."""
    releases, outcome = first
    assert outcome.promoted
    assert releases.current() == outcome.version
    manifest = releases.manifest(outcome.version)
    assert manifest["languages"] == ["en"]
    assert manifest["metrics"]["background"]["posts"] > 300
    assert manifest["metrics"]["background"]["languages"].keys() == {"en"}
    assert set(manifest["libraries"]) >= {"numpy", "scikit-learn"}


def test_few_ordinary_posts_would_enter_the_queue(first: tuple[Releases, Outcome]) -> None:
    """The release is cut so on posts it did not see."""
    assert first[1].metrics["background"]["false_positive_rate"] <= 0.002
    release = first[0].load()
    assert release.policy.high >= release.policy.review
    assert len(release.thresholds) > 10


def test_evasion_is_measured_on_the_copies(first: tuple[Releases, Outcome], tiny_data: Path) -> None:
    """Each advert counts once, under the attack that rewrote it."""
    attacks = first[1].metrics["evasion"]
    examples = read_examples([tiny_data / "en.jsonl"])
    adverts = [example for example in examples if example.act.is_advert]
    drawn = Counter(", ".join(draw_attack(example.id)) for example in adverts)
    assert {name: row["adverts"] for name, row in attacks.items()} == drawn
    assert all(0 <= row[kind] <= 1 for row in attacks.values() for kind in ("written", "rewritten"))


def test_same_data_and_seed_give_the_same_release(
    tiny_data: Path, tiny_config: FitConfig, kept: Releases, first: tuple[Releases, Outcome]
) -> None:
    """It is kept once, and its pipeline and card are the same bytes."""
    fresh = Releases(kept.root.parent / "fresh")
    for releases in (kept, fresh):
        assert train(Sources(tiny_data), releases, config=tiny_config).version == first[1].version
    assert kept.versions() == [first[1].version]
    ours, theirs = (releases.root / first[1].version for releases in (fresh, first[0]))
    for name in ("scorer/weights.npy", "thresholds.json", "card.html"):
        assert (ours / name).read_bytes() == (theirs / name).read_bytes()


@pytest.mark.parametrize("change", ["seed", "data"])
def test_another_seed_or_other_data_give_another_release(
    tiny_data: Path, tiny_config: FitConfig, first: tuple[Releases, Outcome], tmp_path: Path, change: str
) -> None:
    """The version is a digest of what was learnt, from what."""
    crawls = (_write(tmp_path / "crawl.jsonl", *CRAWL),) if change == "data" else ()
    config = replace(tiny_config, seed=1) if change == "seed" else tiny_config
    outcome = train(Sources(tiny_data, crawls=crawls), Releases(tmp_path / "r"), config=config)
    assert outcome.version != first[1].version
    assert outcome.metrics["background"]["languages"].get("und", {"posts": 0})["posts"] == 3 * len(crawls)


def test_a_crawl_line_that_is_bad_is_named(tiny_data: Path, tmp_path: Path) -> None:
    """With its file and number, before anything is fitted."""
    crawl = _write(tmp_path / "crawl.jsonl", CRAWL[0], b'{"text": 5}\n', b"\xff\n")
    with pytest.raises(InputError, match=r"crawl\.jsonl:2: `text` must be a string$"):
        train(Sources(tiny_data, crawls=(crawl,)), Releases(tmp_path / "r"))
    broken = _write(tmp_path / "broken.jsonl", CRAWL[0], b'{"text": "\xff"}\n')
    with pytest.raises(InputError, match=r"broken\.jsonl:2: not UTF-8"):
        train(Sources(tiny_data, crawls=(broken,)), Releases(tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_a_folder_without_examples_is_named(tmp_path: Path, tiny_data: Path) -> None:
    """Neither examples nor background are made up."""
    with pytest.raises(InputError, match=r"holds no <language>\.jsonl to train on"):
        train(Sources(tmp_path), Releases(tmp_path / "r"))
    shutil.copy(tiny_data / "en.jsonl", tmp_path)
    with pytest.raises(InputError, match=r"background: cannot be read: No such file"):
        train(Sources(tmp_path), Releases(tmp_path / "r"))


def test_a_bad_extra_example_is_named(tiny_data: Path, tmp_path: Path) -> None:
    """With its file and line, before anything is fitted."""
    extra = _write(tmp_path / "extra.jsonl", _label(1, "One more place") | {"act": "sell"})
    with pytest.raises(InvalidExample, match=r"extra\.jsonl:1: unknown act 'sell'"):
        train(Sources(tiny_data, extra=(extra,)), Releases(tmp_path / "r"))


def test_labels_that_come_back_as_extra_examples_count_once(tiny_data: Path, tmp_path: Path) -> None:
    """An export given with --extra is the same set of labels that the queue still holds."""
    labels = _write(tmp_path / "labels.jsonl", _label(1, "One place"), _label(2, "Two places"))
    export = _write(tmp_path / "export.jsonl", _label(1, "One place"), _label(3, "Three places"))
    data = _gather(Sources(tiny_data, extra=(export,), labels=labels), no_suspicion)
    assert [example.id for example in data.reviewed] == ["case-1", "case-2"]
    ids = [example.id for example in data.everything if example.id.startswith("case-")]
    assert sorted(ids) == ["case-1", "case-2", "case-3"]


def test_a_text_labelled_twice_is_one_new_label(tmp_path: Path, first: tuple[Releases, Outcome]) -> None:
    """Copies of one post on two platforms are no new knowledge."""
    rows = [_label(1, "One place"), _label(2, "One place"), _label(3, "Three places")]
    labels = _write(tmp_path / "labels.jsonl", *rows)
    assert count_new_labels(labels, first[0]) == 2
    assert count_new_labels(labels, Releases(tmp_path / "none")) == 2


def test_labels_are_learnt_once(
    tiny_data: Path, tiny_config: FitConfig, kept: Releases, tmp_path: Path
) -> None:
    """A promoted candidate remembers them, and was compared with the served release on them."""
    rows = [_label(1, "Boat on Friday, two seats, write me"), _label(2, "Boats are lovely", "unrelated", ())]
    labels = _write(tmp_path / "labels.jsonl", *rows)
    _doctor(kept, average_precision=0.5)
    outcome = train(Sources(tiny_data, labels=labels), kept, config=tiny_config)
    assert outcome.metrics["reviews"]["posts"] == 2
    kept.promote(outcome.version)
    assert count_new_labels(labels, kept) == 0
    more = _write(tmp_path / "more.jsonl", *rows, _label(3, "A third text"))
    assert count_new_labels(more, kept) == 1


def test_labels_on_the_examples_themselves_compare_no_releases(
    tiny_data: Path, tiny_config: FitConfig, kept: Releases, tmp_path: Path
) -> None:
    """The served release knows them by heart, and any candidate would seem worse on them."""
    example = read_examples([tiny_data / "en.jsonl"])[0]
    rows = [
        _label(1, example.text, example.act, example.service),
        _label(2, "Boats are lovely", "unrelated", ()),
    ]
    outcome = train(
        Sources(tiny_data, labels=_write(tmp_path / "labels.jsonl", *rows)), kept, config=tiny_config
    )
    assert outcome.metrics["reviews"]["posts"] == 1


def test_a_worse_candidate_is_kept_but_not_served(
    tiny_data: Path, tiny_config: FitConfig, kept: Releases
) -> None:
    """The gate compares with what is served, and says why."""
    served = _doctor(kept, average_precision=0.99)
    outcome = train(Sources(tiny_data), kept, config=replace(tiny_config, seed=2))
    assert not outcome.promoted
    assert "average precision fell" in outcome.verdict.reasons[0]
    assert kept.current() == served
    assert outcome.version in kept.versions()


def test_a_candidate_is_not_served_unless_wanted(
    tiny_data: Path, tiny_config: FitConfig, tmp_path: Path
) -> None:
    """It is kept, and has passed; every step was told."""
    releases, steps = Releases(tmp_path), list[str]()
    outcome = train(Sources(tiny_data), releases, promote=False, config=tiny_config, progress=steps.append)
    assert outcome.verdict.passed
    assert not outcome.promoted
    assert (releases.current(), releases.versions()) == (None, [outcome.version])
    assert steps[0].startswith("Read ")
    assert steps[-1] == "Measuring"


@pytest.mark.parametrize("damage", ["weights", "manifest", "gone"])
def test_a_damaged_release_does_not_prevent_training(
    tiny_data: Path, tiny_config: FitConfig, kept: Releases, tmp_path: Path, damage: str
) -> None:
    """The same data make the same release again, sound and served, with labels or without."""
    folder = kept.root / str(kept.current())
    if damage == "gone":
        shutil.rmtree(folder)
    else:
        name = {"weights": "scorer/weights.npy", "manifest": "manifest.json"}[damage]
        (folder / name).write_bytes(b"damaged")
    labels = _write(tmp_path / "labels.jsonl")
    outcome = train(Sources(tiny_data, labels=labels), kept, config=tiny_config)
    assert kept.load().version == outcome.version == folder.name
