"""The posts that accuracy is measured on: examples, background, and the public sets."""

import html
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from model.classifier import ACTS, ADVERT_COLUMNS, UNRELATED_COLUMN
from model.features import prepare, words_of
from training.background import BackgroundPost, read_background
from training.examples import Example, families, read_examples, split_folds
from training.sources import GROUPS, SOURCES, Source

DATASETS = Path(__file__).parents[3] / "datasets"
FIRST_TIER = ("en", "fr", "tr", "ar", "sq", "vi", "fa", "prs", "ckb", "ps")
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Corpus:
    """Examples and what each is; folds keep families whole. `background` has every shipped post."""

    examples: list[Example]
    folds: NDArray[np.int64]
    prepared: list[str]
    background: list[BackgroundPost]

    @property
    def acts(self) -> NDArray[np.int64]:
        """Indices of `ACTS`."""
        return np.array([ACTS.index(example.act) for example in self.examples])

    @property
    def adverts(self) -> NDArray[np.bool_]:
        """Which examples are adverts."""
        return np.isin(self.acts, ADVERT_COLUMNS)

    @property
    def unrelated(self) -> NDArray[np.bool_]:
        """Which examples are ordinary life and trade."""
        return self.acts == UNRELATED_COLUMN

    @property
    def languages(self) -> NDArray[np.str_]:
        """The language of each example."""
        return np.array([example.language for example in self.examples])


@dataclass(frozen=True, slots=True)
class Ordinary:
    """Real posts, none of them an advert: raw text where the public sets are present, else bags."""

    language: str
    source: str
    text: str
    prepared: str


def read_corpus(seed: int = 0) -> Corpus:
    """Read the project's own data."""
    examples = read_examples(sorted(DATASETS.glob("*.jsonl")))
    folds = np.array(split_folds(examples, families(examples), FOLDS, seed))
    return Corpus(
        examples,
        folds,
        prepare_all([example.text for example in examples]),
        read_background(DATASETS / "background"),
    )


def prepare_all(texts: list[str]) -> list[str]:
    """Prepare many texts on every core."""
    size = max(1, len(texts) // 16)
    chunks = [texts[i : i + size] for i in range(0, len(texts), size)]
    done = Parallel(n_jobs=-1)(delayed(lambda chunk: [prepare(text) for text in chunk])(c) for c in chunks)
    return [text for chunk in done for text in chunk]


def read_ordinary(data: Path | None, corpus: Corpus, per_language: int = 3_000) -> list[Ordinary]:
    """Social posts to test on: of the public sets if they are here, else the bags of the background."""
    if data is None:
        return [
            Ordinary(post.language, post.source, words_of(post.text), post.text)
            for post in corpus.background
            if post.source in GROUPS
        ]
    found = []
    for source in SOURCES:
        if source.social:
            found += _sample(source, data, per_language)
    texts = prepare_all([text for _, _, text in found])
    return [
        Ordinary(language, name, text, ready)
        for (language, name, text), ready in zip(found, texts, strict=True)
    ]


def _sample(source: Source, data: Path, per_language: int) -> list[tuple[str, str, str]]:
    """The same posts every time, at most so many of a language."""
    by_language: dict[str, list[str]] = {}
    for language, text in source.posts(data):
        by_language.setdefault(language, []).append(html.unescape(text))
    draw = np.random.default_rng(0)
    return [
        (language, source.name, texts[i])
        for language, texts in sorted(by_language.items())
        for i in sorted(draw.permutation(len(texts))[:per_language])
        if texts[i].strip()
    ]
