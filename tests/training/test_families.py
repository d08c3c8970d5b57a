"""Near-duplicates are found exactly, and fast enough for a large set."""

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from training.families import ALIKE, GRAM, Forest, join_alike, join_equal


def _grams(text: str) -> set[str]:
    return {text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1))}


def _compare_all(texts: list[str]) -> list[int]:
    forest = Forest(len(texts))
    for (i, one), (j, other) in combinations(enumerate(map(_grams, texts)), 2):
        if len(one & other) / len(one | other) > ALIKE:
            forest.join(i, j)
    return forest.numbers()


@given(st.lists(st.text("abc ", max_size=20), max_size=12))
def test_same_families_as_comparing_all(texts: list[str]) -> None:
    """The shortcut finds what comparing every two texts finds."""
    forest = Forest(len(texts))
    join_alike(forest, texts)
    assert forest.numbers() == _compare_all(texts)


def test_changed_copies_are_found_among_many() -> None:
    """In thousands of texts each copy with one word changed is with its original."""
    generator = random.Random(0)  # noqa: S311 - it invents words
    words = ["".join(generator.choices("abcdefghij", k=5)) for _ in range(2_000)]
    originals = [generator.choices(words, k=15) for _ in range(1_000)]
    copies = [[*original[:7], "changed", *original[8:]] for original in originals]
    forest = Forest(2_000)
    join_alike(forest, [" ".join(text) for text in originals + copies])
    numbers = forest.numbers()
    assert numbers[:1_000] == numbers[1_000:] == list(range(1_000))


def test_equal_keys_join_and_none_does_not() -> None:
    """Items with one key are a family; items without key stay alone."""
    forest = Forest(5)
    join_equal(forest, ["p", None, "q", "p", None])
    assert forest.numbers() == [0, 1, 2, 0, 3]
