"""What the classifier sees of a post: its folded tokens, as hashed character and word TF-IDF.

Every feature lies within one token, so a bag of tokens in any order has the very features of the post it came
from. That is what lets the background ship as word counts.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from model.fold import fold_text

Floats = NDArray[np.float64]

# Handles, links, addresses, phones and long digit runs are no features: they would teach a set, not an act.
# Links end where ASCII does, for not every script sets spaces between them and the next word. No run is read
# twice (a look-behind, possessive repeats): 50,000 characters of any kind take a fraction of a second.
_LEFT_OUT = (
    r"(?:https?:|w\.(?=[\w\-]{2,}\.\w))[!-~]*"  # folding makes `w.` of `www.`
    r"|(?<![a-z\d._%+\-])[a-z\d._%+\-]++@[a-z\d\-]++(?:\.[a-z\d\-]++)++|@[\w.]+"
    r"|(?<![a-z\d_.\-])[a-z\d_\-]++(?:\.[a-z][a-z\d_\-]*+)++/[!-~]*"
    r"|\+?\d(?:[ \-.()/]{0,2}\d){7,}|\d{5,}"
)
_MARKS = "\u0900-\u0963\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = rf"(?:(?![{_HAN}])[^\W_]|[{_MARKS}])+"
_SYMBOL = (
    r"[\U0001f1e6-\U0001f1ff]{2}"
    r"|[?\"%$£¥¢؋﷼\u20a0-\u20cf\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_TOKEN = re.compile(rf"(?:{_LEFT_OUT})|({_WORD}|[{_HAN}]|{_SYMBOL})")


@dataclass(frozen=True, slots=True)
class FeatureConfig:
    """Sizes of the two feature blocks, each hashed into 2 ** bits columns."""

    char_ngrams: tuple[int, int] = (2, 5)
    char_bits: int = 18
    word_bits: int = 17


def tokens(folded: str) -> list[tuple[int, int]]:
    """Find the spans of words, Han characters and symbols in folded text."""
    return [match.span(1) for match in _TOKEN.finditer(folded) if match.group(1)]


def prepare(text: str) -> str:
    """Turn a post into what the vectorizers read: its folded tokens, joined by single spaces."""
    return " ".join(match for match in _TOKEN.findall(fold_text(text)) if match)


def letters_by_script(prepared: str) -> dict[str, int]:
    """Count the letters of prepared text by script (the first word of their Unicode names)."""
    counts: dict[str, int] = {}
    for character in prepared:
        if character.isalpha():
            script = _script(character)
            counts[script] = counts.get(script, 0) + 1
    return counts


@lru_cache(maxsize=65_536)
def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split(" ", 1)[0]


def feature_union(config: FeatureConfig) -> FeatureUnion:
    """Build the unfitted union of character and word TF-IDF over prepared text."""
    char, word = _vectorizers(config)
    return FeatureUnion([("char", _tfidf(char)), ("word", _tfidf(word))])


def _vectorizers(config: FeatureConfig) -> tuple[HashingVectorizer, HashingVectorizer]:
    char = _hashing(config.char_bits, analyzer="char_wb", ngram_range=config.char_ngrams)
    word = _hashing(config.word_bits, analyzer="word", token_pattern=r"\S+")  # noqa: S106 - a pattern
    return char, word


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
        self.first_word_column = 1 << config.char_bits
        self._idf = idf
        self._vectorizers = _vectorizers(config)

    def rows(self, prepared: Sequence[str]) -> Iterator[Row]:
        """Yield the row of each prepared text, in order."""
        if not prepared:
            return
        char, word = (vectorizer.transform(prepared) for vectorizer in self._vectorizers)
        for index in range(len(prepared)):
            first, second = self._block(char, index, 0), self._block(word, index, self.first_word_column)
            yield Row(
                np.concatenate([first.columns, second.columns]),
                np.concatenate([first.values, second.values]),
                np.concatenate([first.counts, second.counts]),
            )

    def _block(self, counted: csr_matrix, index: int, first_column: int) -> Row:
        span = slice(counted.indptr[index], counted.indptr[index + 1])
        order = np.argsort(counted.indices[span], kind="stable")
        columns = counted.indices[span][order].astype(np.int64) + first_column
        counts = counted.data[span][order]
        values = _log_table()[counts.astype(np.int64)] * self._idf[columns]
        length = np.sqrt((values * values).sum())
        return Row(columns, values / length if length else values, counts)


@lru_cache(maxsize=1)
def _log_table() -> Floats:
    """1 + ln(count); read from a table, since a vectorised logarithm may round by its place in the array."""
    return np.asarray(1 + np.log(np.arange(1 << 18, dtype=np.float64).clip(1)), dtype=np.float64)
