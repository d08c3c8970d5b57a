"""The background keeps word counts of half of each public set, and nothing else."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from model.concepts import MARK
from model.errors import InputError
from model.features import prepare, words_of
from training.background import (
    PER_LANGUAGE,
    BackgroundPost,
    bag,
    build,
    half,
    main,
    read_background,
    spread,
    without_rare_words,
    write_background,
)
from training.sources import WORD_LISTS, Kind, Source

SHIPPED = Path(__file__).parents[2] / "datasets" / "background"
CHAT = Source(
    "chat", "chat.jsonl", "Chat", "https://example.org", "MIT", {"eng": "en"}, only={"label": "ham"}
)
NEWS = Source("news", "news.jsonl.gz", "News", "https://example.org", "MIT", {"eng": "en"}, kind="sentences")
ALL: dict[Kind, int] = {"social": 10_000, "sentences": 10_000}


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two small public sets: 200 chat posts and 100 sentences."""
    words = ["tea", "bread", "rain", "football", "music"]
    texts = [f"{words[i % 5]} and {words[i % 3]} for {word}" for i in range(40) for word in words]
    rows = [
        {"text": f"{text} {'x' * (i % 7)}y", "language": "eng", "label": "ham"}
        for i, text in enumerate(texts)
    ]
    _write(tmp_path / "chat.jsonl", [*rows, {"text": "buy now", "language": "eng", "label": "spam"}])
    sentences = [f"the {words[i % 5]} of number {i % 20} is {words[i % 4]}" for i in range(100)]
    _write(tmp_path / "news.jsonl.gz", [{"text": text, "language": "eng"} for text in sentences])
    return tmp_path


def test_bag_counts_folded_words_in_order() -> None:
    """A bag has the tokens of the prepared text, alphabetically; of handles and links, that there was one."""
    words = bag("Tea, TEA & Zoë! @someone https://example.org")
    concepts = [(f"{MARK}{name}", 1) for name in ("handle", "handle+link", "link")]
    assert list(words.items()) == [("tea", 2), ("zoe", 1), *concepts]


def test_spread_bag_has_the_tokens_of_the_post() -> None:
    """A bag written out is the prepared text, sorted."""
    text = "zebra apple zebra 🚤 apple ok"
    assert spread(bag(text)) == " ".join(sorted(prepare(text).split()))


def test_halves_are_about_even_and_stable() -> None:
    """Posts fall into both halves alike, the same way every time."""
    halves = [half(f"post {chr(97 + i % 26)}{chr(97 + i // 26)}") for i in range(600)]
    assert 240 < halves.count("a") < 360
    assert half("hello") == half("hello")


def test_copies_of_a_post_share_a_half() -> None:
    """Numbers, handles, links, case and emoji do not move a copy to the other half."""
    for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta"):
        copy = f"@other {word.upper()} 99 🚤 https://example.org/{word}"
        assert half(f"{word} 1") == half(copy)


def test_half_takes_broken_text() -> None:
    """Surrogates and text with no letter have a half as well."""
    assert half("\ud800") == half("") == half("🚤")


def test_build_takes_half_a_of_social_sets(data: Path) -> None:
    """No social post of half "b" is in the background, and no row that the source leaves out."""
    built = build(data, sources=[CHAT], per_language=ALL)
    wanted = {spread(bag(text)) for _, text in CHAT.posts(data) if half(text) == "a"}
    left_out = {spread(bag(text)) for _, text in CHAT.posts(data) if half(text) == "b"} - wanted
    found = {post.text for post in built.posts}
    assert found <= wanted
    assert not found & left_out
    assert "buy now" not in found


def test_build_takes_so_many_of_each_kind(data: Path) -> None:
    """Social posts and sentences of a language each have a limit of their own."""
    built = build(data, sources=[CHAT, NEWS], per_language={"social": 16, "sentences": 4})
    sources = [post.source for post in built.posts]
    assert sources.count("chat") == 16
    assert sources.count("news") == 4


def test_build_takes_each_bag_once(data: Path) -> None:
    """Posts with the same words, in whatever order, are one post."""
    built = build(data, sources=[NEWS])
    bags = [spread(bag(text)) for _, text in NEWS.posts(data)]
    assert len(built.posts) + built.emptied == len(set(bags)) < len(bags)


def test_rare_words_are_left_out() -> None:
    """A word in fewer than three posts goes, and a post with no other word with it."""
    texts = ["tea tea rare", "tea bread", "bread tea", "bread", "once"]
    kept = without_rare_words([BackgroundPost("en", "chat", text) for text in texts])
    assert [post.text for post in kept] == ["tea tea", "tea bread", "bread tea", "bread"]


def test_rare_words_of_word_lists_stay() -> None:
    """Posts drawn from word frequencies are nobody's, and rare words are what they are drawn for."""
    drawn = [BackgroundPost("en", name, "kettle") for name in WORD_LISTS]
    assert without_rare_words(drawn) == drawn != []


def test_written_background_reads_back(data: Path, tmp_path: Path) -> None:
    """What is written is what is read, one file a source."""
    built = build(data, sources=[CHAT, NEWS], per_language={"social": 24, "sentences": 6})
    paths = write_background(built.posts, tmp_path / "out")
    assert [path.name for path in paths] == ["chat.jsonl.gz", "news.jsonl.gz"]
    assert sorted(read_background(tmp_path / "out"), key=repr) == sorted(built.posts, key=repr)
    assert {post.source for post in read_background(paths[0])} == {"chat"}


def test_same_sets_give_the_same_bytes(data: Path, tmp_path: Path) -> None:
    """Building twice writes the very same files."""
    runs = [
        [path.read_bytes() for path in write_background(build(data, sources=[CHAT]).posts, tmp_path / name)]
        for name in ("one", "two")
    ]
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"language": "en", "source": "x", "words": ["tea"]}, "must map words to counts"),
        ({"language": "en", "source": "x", "words": {"tea": 0}}, "must map words to counts"),
        ({"language": "en", "source": "x", "words": {"tea": True}}, "must map words to counts"),
        ({"language": None, "source": "x", "words": {"tea": 1}}, "must be strings"),
    ],
)
def test_wrong_background_row_is_named(row: dict[str, object], problem: str, tmp_path: Path) -> None:
    """A row that is no bag is refused with its file and line."""
    path = tmp_path / "bad.jsonl"
    sound = {"language": "en", "source": "x", "words": {"tea": 1}, "concepts": ["place"]}
    path.write_text(f"{json.dumps(sound)}\n{json.dumps(row)}")
    with pytest.raises(InputError, match=rf"bad\.jsonl:2: .*{problem}"):
        read_background(path)


def test_missing_or_empty_background_is_named(tmp_path: Path) -> None:
    """A folder without background, or a path without file, is an error that names it."""
    with pytest.raises(InputError, match="no background in it"):
        read_background(tmp_path)
    with pytest.raises(InputError, match=r"nowhere\.jsonl: cannot be read"):
        read_background(tmp_path / "nowhere.jsonl")


def test_command_names_a_missing_set(tmp_path: Path) -> None:
    """Without the public sets the build stops with the path that is missing."""
    result = CliRunner().invoke(main, ["--data", str(tmp_path), "--output", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "afrisenti" in result.output
    assert not (tmp_path / "out").exists()


def test_shipped_background_is_large_small_and_balanced() -> None:
    """The shipped background has 60,000 posts or more, over all languages, in a few megabytes."""
    posts = read_background(SHIPPED)
    languages = [post.language for post in posts]
    ours = "en fr tr ar sq vi fa prs ckb ps kmr es ur pa hi bn am ti om so sw ha ru uk zh it ro de pt uz"
    assert len(posts) >= 60_000
    assert set(languages) == set(ours.split())
    assert all(400 <= languages.count(code) <= sum(PER_LANGUAGE.values()) for code in ours.split())
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 4_000_000


def test_shipped_bags_are_prepared_and_without_rare_words() -> None:
    """Every shipped word is a prepared token, so no handle, link or number, and none is rare."""
    posts = read_background(SHIPPED)
    words = {w for post in posts if post.source not in WORD_LISTS for w in words_of(post.text).split()}
    assert without_rare_words(posts) == posts
    assert [word for word in words if words_of(prepare(word)) != word] == []
