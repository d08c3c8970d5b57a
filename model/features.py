"""What the classifier sees of a post: its folded tokens, as hashed TF-IDF, and its concepts.

Every feature lies within one token, so a bag of tokens in any order has the very features of the post it came
from. That is what lets the background ship as word counts.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from model.concepts import MARK, concept_tokens, find_concepts
from model.fold import fold_text
from model.tokens import tokens

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FeatureConfig:
    """Sizes of the feature blocks, each hashed into 2 ** bits columns; weights are against characters."""

    char_ngrams: tuple[int, int] = (2, 5)
    char_bits: int = 18
    word_bits: int = 17
    concept_bits: int = 15
    word_weight: float = 1.0
    concept_weight: float = 0.5


def prepare(text: str) -> str:
    """Turn a post into what the vectorizers read: its folded tokens, then its concepts, one space apart."""
    folded = fold_text(text)
    spans = tokens(folded)
    words = [folded[start:end] for start, end in spans]
    return " ".join([*words, *concept_tokens(find_concepts(folded, spans))])


def words_of(prepared: str) -> str:
    """Return prepared text without its concepts."""
    return prepared.partition(MARK)[0].rstrip(" ")


def letters_by_script(prepared: str) -> dict[str, int]:
    """Count the letters of prepared text by script (the first word of their Unicode names)."""
    counts: dict[str, int] = {}
    for character in words_of(prepared):
        if character.isalpha():
            script = _script(character)
            counts[script] = counts.get(script, 0) + 1
    return counts


@lru_cache(maxsize=65_536)
def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split(" ", 1)[0]


def feature_union(config: FeatureConfig) -> FeatureUnion:
    """Build the unfitted union of character, word and concept TF-IDF over prepared text."""
    names = ("char", "word", "concept")
    blocks = [(name, _tfidf(block)) for name, block in zip(names, _vectorizers(config), strict=True)]
    weights = {"word": config.word_weight, "concept": config.concept_weight}
    return FeatureUnion(blocks, transformer_weights=weights)


def _vectorizers(config: FeatureConfig) -> list[HashingVectorizer]:
    # Parts of the standard library only: a release unpickles without our classes.
    plain = partial(re.compile(rf"{MARK}\S+").sub, "")
    word, concept = r"\S+", rf"{MARK}\S+"
    return [
        _hashing(config.char_bits, analyzer="char_wb", ngram_range=config.char_ngrams, preprocessor=plain),
        _hashing(config.word_bits, token_pattern=word, preprocessor=plain),
        _hashing(config.concept_bits, token_pattern=concept),
    ]


def _hashing(bits: int, **options: object) -> HashingVectorizer:
    return HashingVectorizer(
        n_features=1 << bits, alternate_sign=False, norm=None, lowercase=False, **options
    )


def _tfidf(vectorizer: HashingVectorizer) -> Pipeline:
    return Pipeline([("count", vectorizer), ("tfidf", TfidfTransformer(sublinear_tf=True))])


@dataclass(frozen=True, slots=True)
class Row:
    """One text's features: columns of the union, TF-IDF values, and how often each n-gram occurs."""

    columns: NDArray[np.int64]
    values: Floats
    counts: Floats


class RowReader:
    """Makes the rows that the fitted union would, each by itself, from its idf (features,)."""

    def __init__(self, config: FeatureConfig, idf: Floats) -> None:
        sizes = [1 << bits for bits in (config.char_bits, config.word_bits, config.concept_bits)]
        self.first_columns = [0, sizes[0], sizes[0] + sizes[1]]
        self.word_columns = slice(sizes[0], sizes[0] + sizes[1])
        self._weights = (1.0, config.word_weight, config.concept_weight)
        self._idf = idf
        self._vectorizers = _vectorizers(config)

    def are_words(self, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which columns are of the word block."""
        return (columns >= self.word_columns.start) & (columns < self.word_columns.stop)

    def rows(self, prepared: Sequence[str]) -> Iterator[Row]:
        """Yield the row of each prepared text, in order."""
        if not prepared:
            return
        counted = [vectorizer.transform(prepared) for vectorizer in self._vectorizers]
        for index in range(len(prepared)):
            blocks = [
                self._block(matrix, index, first, weight)
                for matrix, first, weight in zip(counted, self.first_columns, self._weights, strict=True)
            ]
            yield Row(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))

    def _block(self, counted: csr_matrix, index: int, first_column: int, weight: float) -> tuple[Any, ...]:
        span = slice(counted.indptr[index], counted.indptr[index + 1])
        order = np.argsort(counted.indices[span], kind="stable")
        columns = counted.indices[span][order].astype(np.int64) + first_column
        counts = counted.data[span][order]
        values = _log_table()[counts.astype(np.int64)] * self._idf[columns]
        length = np.sqrt((values * values).sum())
        return columns, (values / length if length else values) * weight, counts


@lru_cache(maxsize=1)
def _log_table() -> Floats:
    """1 + ln(count); read from a table, since a vectorised logarithm may round by its place in the array."""
    return np.asarray(1 + np.log(np.arange(1 << 18, dtype=np.float64).clip(1)), dtype=np.float64)
