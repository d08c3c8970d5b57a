"""Shared by the tests of training: a tiny data set that a classifier is fitted to in a second."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from model.features import FeatureConfig
from training.background import BackgroundPost, read_background
from training.examples import Example, read_examples
from training.fit import FitConfig, Fitted, fit

DATASETS = Path(__file__).parent.parent.parent / "datasets"


@dataclass(frozen=True)
class Tiny:
    """English examples, some ordinary posts, and what was fitted to them."""

    examples: list[Example]
    background: list[BackgroundPost]
    fitted: Fitted


@pytest.fixture(name="tiny_config", scope="session")
def _tiny_config() -> FitConfig:
    features = FeatureConfig(char_bits=13, word_bits=13, concept_bits=11)
    return FitConfig(features=features, folds=2)


@pytest.fixture(name="tiny", scope="session")
def _tiny(tiny_data: Path, tiny_config: FitConfig) -> Tiny:
    examples = read_examples([tiny_data / "en.jsonl"])
    background = read_background(tiny_data / "background")
    return Tiny(examples, background, fit(examples, background, tiny_config))
