"""Shared by all tests: a small real release, trained once from a part of the project's own data."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.artifact import Release, Releases, version_of
from model.features import FeatureConfig
from training.background import read_background, write_background
from training.fit import FitConfig
from training.retrain import Outcome, Sources, train

DATASETS = Path(__file__).parent.parent / "datasets"
SHARED_DATA = DATASETS.parent.parent / "shared" / "data"


@pytest.fixture(name="make_data", scope="session")
def _make_data(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a folder to train on: some languages' first examples, and every so many posts of two sources."""

    def make(*languages: str, every: int) -> Path:
        folder = tmp_path_factory.mktemp("data")
        for language in languages:
            _copy_first(DATASETS / f"{language}.jsonl", folder)
        shipped = DATASETS / "background"
        posts = [p for name in ("english_sms", "mlma") for p in read_background(shipped / f"{name}.jsonl.gz")]
        write_background([p for p in posts if p.language in languages][::every], folder / "background")
        return folder

    return make


def _copy_first(path: Path, folder: Path) -> None:
    """Copy the first examples of a language: every act and service is among them, and no pair is torn."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    pairs = [json.loads(line)["pair"] for line in lines]
    torn = set(pairs[:450]) & set(pairs[450:]) - {None}
    kept = [line for line, pair in zip(lines[:450], pairs, strict=False) if pair not in torn]
    (folder / path.name).write_text("".join(kept), encoding="utf-8")


@pytest.fixture(name="small_config", scope="session")
def _small_config() -> FitConfig:
    features = FeatureConfig(char_bits=15, word_bits=15, concept_bits=13)
    return FitConfig(features=features, folds=2)


@pytest.fixture(name="small_data", scope="session")
def _small_data(make_data: Callable[..., Path]) -> Path:
    """Two languages and two background sources, judged by turns: enough to train in seconds."""
    return make_data("en", "ar", every=2)


@pytest.fixture(name="tiny_data", scope="session")
def _tiny_data(make_data: Callable[..., Path]) -> Path:
    """English examples and a few ordinary posts: what a real `breakwater train` needs a second or two for."""
    return make_data("en", every=6)


@pytest.fixture(name="trained", scope="session")
def _trained(
    small_data: Path, small_config: FitConfig, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Outcome]:
    root = tmp_path_factory.mktemp("trained")
    return root, train(Sources(small_data), Releases(root), config=small_config)


@pytest.fixture(name="release_root", scope="session")
def _release_root(trained: tuple[Path, Outcome]) -> Path:
    """A folder with one promoted release; tests must not change it."""
    return trained[0]


@pytest.fixture(name="release", scope="session")
def _release(release_root: Path) -> Release:
    return Releases(release_root).load()


@pytest.fixture(name="own_releases")
def _own_releases(release_root: Path, tmp_path: Path) -> Releases:
    """A copy of the release that a test may change."""
    root = tmp_path / "releases"
    shutil.copytree(release_root, root)
    return Releases(root)


@pytest.fixture(name="copy_as_other", scope="session")
def _copy_as_other() -> Callable[..., str]:
    """Make a second sound release beside one, as if trained on other data."""

    def copy(root: Path, version: str, change: Callable[[Any], None] = lambda _: None) -> str:
        manifest = json.loads((root / version / "manifest.json").read_text())
        manifest["data_digest"] = "0" * 64
        change(manifest["metrics"])
        other = version_of(manifest)
        shutil.copytree(root / version, root / other)
        (root / other / "manifest.json").write_text(json.dumps(manifest | {"version": other}))
        return other

    return copy


@pytest.fixture(name="shared_data", scope="session")
def _shared_data() -> Path:
    """Public data kept beside the checkout; tests that want it are skipped without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared public data is not here")
    return SHARED_DATA
