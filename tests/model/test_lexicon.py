"""How lexicons are read and how their phrases are matched."""

import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from model.concepts import MARK
from model.lexicon import MAX_TOKENS, Lexicon, cut, forms, lexicon, stands_for, values
from training.background import read_background

BACKGROUND = Path(__file__).parents[2] / "datasets" / "background"
TABLES = {
    path.name: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in files("model").joinpath("lexicons").iterdir()
    if path.name.endswith(".toml")
}


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("Pay AFTER", ("pay", "after")),
        ("garant*", ("garant*",)),
        ("l'arrivée", ("l", "arrivee")),
        ("100 %", ("100", "%")),
        ("保证", ("保", "证")),
        ("...", ()),
    ],
)
def test_phrases_are_cut_as_posts_are(phrase: str, words: tuple[str, ...]) -> None:
    """A phrase is folded and cut into tokens; a star stays with its word."""
    assert cut(phrase) == words


@pytest.mark.parametrize(
    ("pattern", "token", "fits"),
    [
        ("garant*", "garantili", True),
        ("garant", "garantili", False),
        ("طريق", "والطريق", True),
        ("طري*", "بالطريق", True),
        ("مንገድ", "በመንገድ", False),
        ("መንገድ", "በመንገድ", True),
    ],
)
def test_patterns_stand_for_tokens(pattern: str, token: str, fits: bool) -> None:
    """Stars stand for endings, and proclitics may be written before any word."""
    assert stands_for(pattern, token) is fits


def test_short_words_keep_their_first_letters() -> None:
    """A word whose stem would be one letter has no proclitic."""
    assert list(forms("بل")) == ["بل"]


def test_a_phrase_is_taken_up_once() -> None:
    """The same phrase in two columns is one phrase, and an empty one is none."""
    own = Lexicon()
    for phrase in ("telegram", "Telegram", "...", "a " * (MAX_TOKENS + 1)):
        own.add(phrase, ("app", ""))
    assert list(own.starting_at("telegram")) == [(("telegram",), ("app", ""))]
    assert list(own.starting_at("a")) == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_phrase_can_match(name: str) -> None:
    """Each lexicon has a label, its sources, and phrases that are neither empty nor too long."""
    table = TABLES[name]
    assert table["label"]
    assert table["sources"]
    phrases = [p for _, columns in values(name, table["terms"]) for own in columns.values() for p in own]
    assert [phrase for phrase in phrases if not 1 <= len(cut(phrase)) <= MAX_TOKENS] == []


def test_places_are_named_in_english() -> None:
    """Reviewers read a country by its English name."""
    assert lexicon().names["place", "FR"] == "France"


#: Concepts found in more than 5 % of ordinary posts, and why that is right.
BROAD = {
    "place": "news and chat name countries; what tells is a route, or a place with money",
    "negation": "every third sentence denies something; it matters beside other concepts",
    "question": "many posts ask; asking is what an advert rarely does",
}


def test_broad_concepts_are_justified() -> None:
    """A concept that fires on more than 1 in 20 ordinary posts of the background is listed above."""
    posts = read_background(BACKGROUND)
    met = Counter(
        token[1:]
        for post in posts
        for token in post.text.split()
        if token[0] == MARK and token[1:].isidentifier()
    )
    assert {kind for kind, count in met.items() if count > len(posts) / 20} == set(BROAD)
