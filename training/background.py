"""The background: ordinary posts as bags of folded words, built, read, or taken from a team's own crawl.

    python -m training.background --data FOLDER --output datasets/background

Half "b" of every social set is kept out of it, so that evaluation has posts of the same kind that no
release has seen.
"""

import gzip
import hashlib
import html
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Literal

import click

from model.concepts import MARK, with_pairs
from model.errors import InputError
from model.features import prepare, words_of
from training.credits import describe
from training.lines import read_rows
from training.sources import SOURCES, WORD_LISTS, Kind, Source

#: At most so many posts of a language: real ones, plain sentences for its other scripts and topics, and posts
#: drawn from word frequencies, which know how people talk where we have no real posts.
PER_LANGUAGE: Mapping[Kind, int] = {"social": 2_400, "sentences": 500, "words": 1_500}
#: A word found in fewer posts of the whole background is left out: it could tell whose post it was.
MIN_POSTS = 3

_HANDLES_AND_LINKS = re.compile(r"https?://\S+|www\.\S+|@\w+")

Bag = dict[str, int]


@dataclass(frozen=True, slots=True)
class BackgroundPost:
    """An ordinary post: its folded words in alphabetical order, each as often as it occurred.

    Its concepts stand after its words. `text` is prepared already: prepared again, neighbours would be taken
    for spaced-out letters or a phone.
    """

    language: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Build:
    """A background ready to be written, and how many posts had no word left."""

    posts: list[BackgroundPost]
    emptied: int


def half(text: str) -> Literal["a", "b"]:
    """Say which half of its set a post belongs to: "a" may train, "b" is for evaluation.

    Only letters outside handles and links count, so that copies of one post stay together.
    """
    letters = filter(str.isalpha, _HANDLES_AND_LINKS.sub(" ", text.casefold()))
    return "a" if _digest("".join(letters))[-1] % 2 == 0 else "b"


def bag(text: str) -> Bag:
    """Count the folded words of a post, in alphabetical order, and its concepts after them."""
    return dict(sorted(Counter(prepare(text).split()).items()))


def spread(words: Mapping[str, int]) -> str:
    """Write a bag out as text: its words in order, each repeated by its count."""
    return " ".join(" ".join([word] * count) for word, count in sorted(words.items()))


def read_background(path: Path) -> list[BackgroundPost]:
    """Read a background file, or every one in a folder."""
    files = sorted(path.glob("*.jsonl.gz")) if path.is_dir() else [path]
    if not files:
        raise InputError(f"{path}: no background in it (*.jsonl.gz)")
    return [_read_post(where, row) for file in files for where, row in read_rows(file)]


def build(
    data: Path,
    *,
    sources: Iterable[Source] = SOURCES,
    per_language: Mapping[Kind, int] = PER_LANGUAGE,
) -> Build:
    """Choose posts of every language from the public sets, and leave rare words out."""
    chosen: list[BackgroundPost] = []
    for _, candidates in sorted(_candidates(data, sources).items()):
        chosen += _choose(candidates, per_language)
    posts = without_rare_words(chosen)
    return Build(posts, len(chosen) - len(posts))


def without_rare_words(posts: list[BackgroundPost]) -> list[BackgroundPost]:
    """Leave out words found in fewer than three posts, then posts that have none left; concepts stay.

    Posts drawn from word lists were nobody's: their words stay.
    """
    found_in = Counter(word for post in posts for word in set(words_of(post.text).split()))
    kept = []
    for post in posts:
        drawn = post.source in WORD_LISTS
        words = [w for w in post.text.split() if drawn or w[0] == MARK or found_in[w] >= MIN_POSTS]
        if words and words[0][0] != MARK:
            kept.append(BackgroundPost(post.language, post.source, " ".join(words)))
    return kept


def write_background(posts: Iterable[BackgroundPost], output: Path) -> list[Path]:
    """Write one file a source, so that each file has one licence; the same posts give the same bytes."""
    by_source: dict[str, list[BackgroundPost]] = defaultdict(list)
    for post in posts:
        by_source[post.source].append(post)
    output.mkdir(parents=True, exist_ok=True)
    written = []
    for source, own in sorted(by_source.items()):
        path = output / f"{source}.jsonl.gz"
        path.write_bytes(_compress(sorted(own, key=lambda post: (post.language, post.text))))
        written.append(path)
    return written


# --- choosing ---


#: Posts to choose from by language, kind and source, each bag once.
_Candidates = dict[str, dict[Kind, dict[str, list[BackgroundPost]]]]


def _candidates(data: Path, sources: Iterable[Source]) -> _Candidates:
    found: _Candidates = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    seen: set[tuple[str, str]] = set()
    for source in sources:
        # In the order of digests, which is as good as drawing lots, and the same every time.
        for language, text in sorted(source.posts(data), key=lambda post: _digest(post[1])):
            if source.social and half(text) == "b":
                continue
            # Tweets and SMS come with `&amp;` and the like, which would teach the set.
            words = spread(bag(html.unescape(text)))
            if words_of(words) and (language, words) not in seen:
                seen.add((language, words))
                found[language][source.kind][source.name].append(BackgroundPost(language, source.name, words))
    return found


def _choose(
    candidates: Mapping[Kind, Mapping[str, list[BackgroundPost]]], per_language: Mapping[Kind, int]
) -> Iterator[BackgroundPost]:
    for kind, by_source in candidates.items():
        yield from islice(_in_turn(by_source), per_language[kind])


def _in_turn(by_source: Mapping[str, list[BackgroundPost]]) -> Iterator[BackgroundPost]:
    """Take one post of each source in turn, so that none crowds the others out."""
    for posts in zip_longest(*by_source.values()):
        yield from (post for post in posts if post is not None)


# --- files ---


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _compress(posts: Iterable[BackgroundPost]) -> bytes:
    lines = [json.dumps(_row(post), ensure_ascii=False, separators=(",", ":")) for post in posts]
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
        stream.write(("\n".join(lines) + "\n").encode())
    return packed.getvalue()


def _row(post: BackgroundPost) -> dict[str, Any]:
    words = dict(sorted(Counter(words_of(post.text).split()).items()))
    concepts = [token[1:] for token in post.text.split() if token[0] == MARK and "+" not in token]
    return {"language": post.language, "source": post.source, "words": words, "concepts": concepts}


def _read_post(where: str, row: Mapping[str, Any]) -> BackgroundPost:
    language, source = row.get("language"), row.get("source")
    words, concepts = row.get("words"), row.get("concepts")
    if not isinstance(language, str) or not isinstance(source, str):
        raise InputError(f"{where}: `language` and `source` must be strings")
    if not isinstance(words, dict) or not all(map(_is_count, words.values())):
        raise InputError(f"{where}: `words` must map words to counts of one or more")
    if not isinstance(concepts, list) or not all(isinstance(name, str) and name for name in concepts):
        raise InputError(f"{where}: `concepts` must be a list of strings")
    tokens = with_pairs([MARK + name for name in concepts])
    return BackgroundPost(language, source, spread(words | dict.fromkeys(tokens, 1)))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The public sets.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(data: Path, output: Path) -> None:
    """Build the background from the public sets, with its README."""
    try:
        built = build(data)
    except InputError as error:
        raise click.ClickException(str(error)) from error
    for path in write_background(built.posts, output):
        click.echo(f"{path}: {path.stat().st_size:,} bytes")
    counts = Counter((post.language, post.source) for post in built.posts)
    readme = describe(counts, built.emptied, min_posts=MIN_POSTS)
    (output / "README.md").write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
