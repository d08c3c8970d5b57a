"""Posts drawn from word frequencies have the words of the list, the common ones most."""

from collections import Counter

import pytest

from training.sources import SOURCES
from training.wordlists import draw_posts, read_frequencies

_SHARES = {"the": 0.6, "tea": 0.3, "kettle": 0.1}


def test_common_words_are_drawn_most() -> None:
    """Words come in the proportions of the list, in posts of 4 to 60 words."""
    posts = [post.split() for post in draw_posts("en", _SHARES, 400)]
    counts = Counter(word for post in posts for word in post)
    total = sum(counts.values())
    assert len(posts) == 400
    assert {word: round(count / total, 1) for word, count in counts.items()} == _SHARES
    assert all(4 <= len(post) <= 60 for post in posts)


def test_posts_are_the_same_every_time() -> None:
    """A language has its own draw, and keeps it."""
    first, again, other = (list(draw_posts(code, _SHARES, 20)) for code in ("en", "en", "fr"))
    assert first == again != other


def test_chinese_is_drawn_without_spaces() -> None:
    """As it is written."""
    assert not any(" " in post for post in draw_posts("zh", {"茶": 0.5, "水": 0.5}, 20))


def test_every_list_is_there() -> None:
    """Where the lists are installed, each language that is to be drawn has one."""
    pytest.importorskip("wordfreq")
    (lists,) = [source for source in SOURCES if source.kind == "words"]
    for name in set(lists.languages.values()):
        shares = read_frequencies(name)
        assert len(shares) > 5_000
        assert not any(character.isdigit() for word in shares for character in word)
