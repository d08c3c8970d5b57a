"""Read the lexicons: phrases of many languages, and the concept that each stands for.

A lexicon is a TOML file named after its concept, with `label`, `sources` and a table `[terms]` that has a
column of phrases for each language; a concept with values has a table for each, such as `[terms.sea]`.
`concept` at the top lets several files feed one concept. A phrase is one to twelve tokens side by side; a
token that ends in `*` stands for every word that begins so.
"""

import hashlib
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from model.fold import fold_text
from model.tokens import tokens

PREFIX = "*"
MAX_TOKENS = 12
_MIN_PREFIX = 2
# Particles that Arabic and Ethiopic scripts write as part of the next word.
_PROCLITICS = (
    "وال", "فال", "بال", "كال", "ال", "لل", "و", "ف", "ب", "ل", "ك", "እን", "ከ", "በ", "ለ", "የ", "ወ", "ብ", "ን",
)  # fmt: skip
_SHORTEST_STEM = 2
#: Words recur: what was worked out of so many is remembered.
_REMEMBERED = 1 << 16

Meaning = tuple[str, str]


@dataclass(slots=True)
class Lexicon:
    """Every phrase by its first token (exact, or as a prefix), and how to name what it means."""

    exact: dict[str, list[tuple[tuple[str, ...], Meaning]]] = field(default_factory=lambda: defaultdict(list))
    prefixes: dict[str, list[tuple[tuple[str, ...], Meaning]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    labels: dict[str, str] = field(default_factory=dict)
    names: dict[Meaning, str] = field(default_factory=dict)
    longest_prefix: int = 0

    def add(self, phrase: str, meaning: Meaning) -> None:
        """Take up one phrase, folded as posts are; one that has no token is left out."""
        words = cut(phrase)
        if not words or len(words) > MAX_TOKENS:
            return
        first = words[0]
        if first.endswith(PREFIX):
            self.longest_prefix = max(self.longest_prefix, len(first) - 1)
        known, key = (self.prefixes, first[:-1]) if first.endswith(PREFIX) else (self.exact, first)
        if (words, meaning) not in known[key]:
            known[key].append((words, meaning))

    def starting_at(self, token: str) -> Iterator[tuple[tuple[str, ...], Meaning]]:
        """Yield the phrases whose first token this may be."""
        for form in forms(token):
            if form in self.exact:
                yield from self.exact[form]
            for length in range(_MIN_PREFIX, min(len(form), self.longest_prefix) + 1):
                if form[:length] in self.prefixes:
                    yield from self.prefixes[form[:length]]


def cut(phrase: str) -> tuple[str, ...]:
    """Cut a phrase into folded tokens, each with its `*` if it had one."""
    words: list[str] = []
    for part in phrase.split():
        open_ended = part.endswith(PREFIX)
        folded = fold_text(part.removesuffix(PREFIX))
        found = [folded[start:end] for start, end in tokens(folded)]
        if found and open_ended:
            found[-1] += PREFIX
        words += found
    return tuple(words)


@lru_cache(maxsize=_REMEMBERED)
def forms(token: str) -> tuple[str, ...]:
    """Return a token, and what is left of it without a proclitic."""
    stems = [
        token[len(proclitic) :]
        for proclitic in _PROCLITICS
        if token.startswith(proclitic) and len(token) - len(proclitic) >= _SHORTEST_STEM
    ]
    return (token, *stems)


@lru_cache(maxsize=_REMEMBERED)
def stands_for(pattern: str, token: str) -> bool:
    """Whether a token of a phrase stands for a token of a post."""
    if pattern.endswith(PREFIX):
        return any(form.startswith(pattern[:-1]) for form in forms(token))
    return pattern in forms(token)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Read every lexicon that ships with the package, once."""
    made = Lexicon()
    for path in sorted(files("model").joinpath("lexicons").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".toml"):
            _take_up(made, path.name.removesuffix(".toml"), tomllib.loads(path.read_text(encoding="utf-8")))
    return made


@lru_cache(maxsize=1)
def tables_digest() -> str:
    """Digest the lexicons and the table of look-alikes: what a release reads of posts hangs on them."""
    package = files("model")
    tables = [path for path in package.joinpath("lexicons").iterdir() if path.name.endswith(".toml")]
    digest = hashlib.sha256()
    for path in [*sorted(tables, key=lambda path: path.name), package.joinpath("lookalikes.json")]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _take_up(made: Lexicon, stem: str, table: Mapping[str, Any]) -> None:
    kind = table.get("concept", stem)
    made.labels.setdefault(kind, table["label"])
    for meaning, columns in values(kind, table["terms"]):
        for language, phrases in columns.items():
            if language == "en" and phrases:
                made.names.setdefault(meaning, phrases[0].removesuffix(PREFIX))
            for phrase in phrases:
                made.add(phrase, meaning)


def values(kind: str, terms: Mapping[str, Any]) -> Iterator[tuple[Meaning, Mapping[str, list[str]]]]:
    """Yield each meaning in a table of terms with its columns by language."""
    plain = {key: column for key, column in terms.items() if isinstance(column, list)}
    if plain:
        yield (kind, ""), plain
    for value, columns in terms.items():
        if isinstance(columns, Mapping):
            yield (kind, value), columns
