"""Find concepts in folded text: tokens that mean the same in every language.

Most are phrases of a lexicon; places, amounts of money, routes, phones, handles and links are put together
here. Each concept found is a token, with its value if it has one, and so is each pair of concepts in one
post, so that a linear model can weigh a route with money apart from either.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from model.lexicon import Lexicon, lexicon, stands_for
from model.tokens import tokens

#: Marks a concept token. Folding drops it from posts, and it sorts after every letter and emoji.
MARK = "\U0010fffd"
PLACE, PEOPLE, ROUTE, MONEY, CURRENCY = "place", "people", "route", "money", "currency"
_MADE_HERE = {ROUTE: "route", MONEY: "money", "phone": "phone", "handle": "handle", "link": "link"}
#: Places further apart than so many tokens are no route.
_ROUTE_GAP = 3
_MONEY_GAP = 2

_FIRST_FLAG = 0x1F1E6
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_CONTACTS = {
    "phone": re.compile(r"\d(?:[^\w\n]{0,3}\d){7,14}"),
    # Public sets put `@user` in place of every handle.
    "handle": re.compile(r"(?<!\w)@(?!user\b)\w{3,}"),
    "link": re.compile(r"https?:|(?<!\w)w\.\w|\b(?:t|wa)\.me/"),
}


@dataclass(frozen=True, slots=True, order=True)
class Concept:
    """One concept at a span of folded text; `value` says which place, route or currency, if any."""

    start: int
    end: int
    kind: str
    value: str = ""

    @property
    def name(self) -> str:
        """How a reviewer reads it, such as `route: France -> United Kingdom`."""
        known = lexicon()
        label = _MADE_HERE.get(self.kind) or known.labels[self.kind]
        if self.kind == ROUTE:
            value = " -> ".join(known.names.get((PLACE, code), code) for code in self.value.split(">"))
        elif self.kind in (PLACE, PEOPLE):
            value = known.names.get((PLACE, self.value), self.value)
        else:
            value = self.value
        return f"{label}: {value}" if value else label


def find_concepts(folded: str, spans: Sequence[tuple[int, int]]) -> list[Concept]:
    """Find the concepts of a folded text, in order; of phrases of one kind that overlap, the longest.

    `spans` are those of its tokens.
    """
    phrases = _longest(_phrases(folded, spans, lexicon()))
    places = sorted([*(c for c in phrases if c.kind == PLACE), *_flags(folded)])
    others = [concept for concept in phrases if concept.kind != PLACE]
    return sorted([*others, *places, *_routes(folded, places), *_money(folded, others), *_contacts(folded)])


def concept_tokens(concepts: Iterable[Concept]) -> dict[str, list[Concept]]:
    """Return each token that the concepts make, in order, with the concepts that it came from."""
    made: dict[str, list[Concept]] = {}
    by_kind: dict[str, list[Concept]] = {}
    for concept in concepts:
        made.setdefault(MARK + concept.kind, []).append(concept)
        by_kind.setdefault(concept.kind, []).append(concept)
        if concept.value:
            made.setdefault(f"{MARK}{concept.kind}:{concept.value}", []).append(concept)
    for token, first, second in _pairs(by_kind):
        made[token] = [*by_kind[first], *by_kind[second]]
    return dict(sorted(made.items()))


def with_pairs(singles: Iterable[str]) -> list[str]:
    """Complete concept tokens by those of their pairs, in order."""
    kinds = [token.removeprefix(MARK) for token in singles if ":" not in token]
    return sorted([*singles, *(token for token, _, _ in _pairs(kinds))])


def _pairs(kinds: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the token of each pair of kinds, and the two."""
    for first, second in combinations(sorted(kinds), 2):
        yield f"{MARK}{first}+{second}", first, second


def _phrases(folded: str, spans: Sequence[tuple[int, int]], known: Lexicon) -> Iterator[Concept]:
    words = [folded[start:end] for start, end in spans]
    for at, word in enumerate(words):
        for phrase, (kind, value) in known.starting_at(word):
            last = at + len(phrase) - 1
            if last < len(words) and all(map(stands_for, phrase[1:], words[at + 1 : last + 1])):
                yield Concept(spans[at][0], spans[last][1], kind, value)


def _longest(found: Iterable[Concept]) -> list[Concept]:
    """Keep the longest of overlapping phrases of one kind."""
    kept: list[Concept] = []
    reached: dict[str, int] = {}
    for concept in sorted(set(found), key=lambda c: (c.start, c.start - c.end, c.kind, c.value)):
        if concept.start >= reached.get(concept.kind, 0):
            kept.append(concept)
            reached[concept.kind] = concept.end
    return kept


def _flags(folded: str) -> Iterator[Concept]:
    for match in _FLAG.finditer(folded):
        code = "".join(chr(ord("A") + ord(letter) - _FIRST_FLAG) for letter in match.group())
        yield Concept(match.start(), match.end(), PLACE, code)


def _routes(folded: str, places: Sequence[Concept]) -> Iterator[Concept]:
    """Two different places that follow each other closely."""
    for origin, goal in pairwise(places):
        between = tokens(folded[origin.end : goal.start])
        if origin.value != goal.value and len(between) <= _ROUTE_GAP:
            yield Concept(origin.start, goal.end, ROUTE, f"{origin.value}>{goal.value}")


def _money(folded: str, phrases: Iterable[Concept]) -> Iterator[Concept]:
    """A currency with an amount beside it."""
    for currency in phrases:
        if currency.kind == CURRENCY:
            before = folded[max(0, currency.start - _MONEY_GAP) : currency.start]
            after = folded[currency.end : currency.end + _MONEY_GAP]
            if any(character.isdigit() for character in before + after):
                yield Concept(currency.start, currency.end, MONEY)


def _contacts(folded: str) -> Iterator[Concept]:
    for kind, pattern in _CONTACTS.items():
        for match in pattern.finditer(folded):
            yield Concept(match.start(), match.end(), kind)
