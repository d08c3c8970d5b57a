"""Find families of texts: those that are nearly the same, or are linked by hand."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

GRAM = 5
#: Two texts are near-duplicates if they share more than this part of their character 5-grams (Jaccard).
ALIKE = 0.5


class Forest:
    """Disjoint sets of the numbers 0 to size - 1."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, item: int) -> int:
        """Return the number that stands for an item's set."""
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        """Make two items' sets one."""
        self._parent[self.root(one)] = self.root(other)

    def numbers(self) -> list[int]:
        """Number the sets from 0 in the order of their first items, and return each item's number."""
        seen: dict[int, int] = {}
        return [seen.setdefault(self.root(item), len(seen)) for item in range(len(self._parent))]


def join_equal(forest: Forest, keys: Iterable[Hashable | None]) -> None:
    """Join items with the same key; None is no key."""
    first: dict[Hashable, int] = {}
    for item, key in enumerate(keys):
        if key is not None:
            forest.join(item, first.setdefault(key, item))


def join_alike(forest: Forest, texts: Sequence[str]) -> None:
    """Join texts that are the same or near-duplicates."""
    join_equal(forest, texts)
    distinct = {text: item for item, text in enumerate(texts)}
    items = list(distinct.values())
    for one, other in _alike(forest, items, [_grams(text) for text in distinct]):
        forest.join(items[one], items[other])


def _grams(text: str) -> set[str]:
    return {text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1))}


def _alike(forest: Forest, items: list[int], grams: list[set[str]]) -> Iterator[tuple[int, int]]:
    """Yield pairs of near-duplicates, leaving out pairs whose families are joined already.

    With its grams sorted from rare to common, a text can only be like another if the first parts of both
    share a gram (prefix filtering), so that few pairs need to be compared.
    """
    frequency = Counter(gram for own in grams for gram in own)
    holders: dict[str, list[int]] = defaultdict(list)
    for one in sorted(range(len(grams)), key=lambda i: len(grams[i])):
        size = len(grams[one])
        ordered = sorted(grams[one], key=lambda gram: (frequency[gram], gram))
        prefix = ordered[: size - int(size * ALIKE)]
        for other in sorted({holder for gram in prefix for holder in holders[gram]}):
            joined = forest.root(items[one]) == forest.root(items[other])
            if not joined and _jaccard(grams[one], grams[other]) > ALIKE:
                yield one, other
        for gram in prefix:
            holders[gram].append(one)


def _jaccard(one: set[str], other: set[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)
