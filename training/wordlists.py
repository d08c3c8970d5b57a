"""Ordinary posts drawn from lists of word frequencies, for want of real ones in most languages.

A list says how often each word is used in subtitles, tweets, news and the web. A post drawn from it has no
meaning, but each word as often as everyday talk has it: enough for a classifier that reads bags of words.
"""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from random import Random

from model.errors import InputError

#: Words in a post: as many as half of all social posts have, seldom under five or over forty.
_MEDIAN_LOG, _SPREAD_LOG = 2.6, 0.6
_SHORTEST, _LONGEST = 4, 60
_UNSPACED = {"zh"}


def read_frequencies(name: str) -> dict[str, float]:
    """Return the words of a language of `wordfreq`, digits apart, with their shares of all words used.

    Raises InputError if the lists are not installed.
    """
    try:
        from wordfreq import get_frequency_dict  # noqa: PLC0415 - only building the background needs it
    except ImportError as error:
        raise InputError(
            "word frequencies come with the extra `bench`: pip install -r requirements-bench.lock"
        ) from error
    frequencies = get_frequency_dict(name, "small").items()
    return {word: share for word, share in frequencies if not any(map(str.isdigit, word))}


def draw_posts(language: str, frequencies: Mapping[str, float], number: int) -> Iterator[str]:
    """Yield so many posts of words drawn by their frequency, the same every time."""
    draw = Random(language)  # noqa: S311 - nothing secret hangs on it
    words, bounds = list(frequencies), list(accumulate(frequencies.values()))
    for _ in range(number):
        size = round(draw.lognormvariate(_MEDIAN_LOG, _SPREAD_LOG))
        chosen = draw.choices(words, cum_weights=bounds, k=min(max(size, _SHORTEST), _LONGEST))
        yield ("" if language in _UNSPACED else " ").join(chosen)
