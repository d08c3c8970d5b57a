"""Examples are checked line by line, grouped without leakage, and split the same way every time."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model.errors import InputError, InvalidExample
from model.records import Act, Service
from training.examples import (
    UNKNOWN_SCRIPT,
    Example,
    data_digest,
    families,
    read_examples,
    split_folds,
)

ROW: dict[str, Any] = {
    "id": "en-0001",
    "text": "Two places left for Thursday",
    "language": "en",
    "script": "Latn",
    "label": "advert",
    "act": "offer",
    "service": ["sea"],
    "pair": "en-p01",
    "evasion": ["spacing"],
}


def _write(path: Path, *lines: dict[str, Any] | bytes) -> Path:
    path.write_bytes(
        b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    )
    return path


def _example(identity: str, text: str, **changes: Any) -> Example:
    return replace(Example(identity, text, "en", "benign", Act.UNRELATED), **changes)


def _words(seed: int, count: int = 12) -> str:
    generator = random.Random(seed)  # noqa: S311 - it invents words
    return " ".join("".join(generator.choices("abcdefghijklmnop", k=6)) for _ in range(count))


def test_reads_every_field(tmp_path: Path) -> None:
    """A full row becomes an example, marked with the name of its file."""
    path = _write(tmp_path / "en.jsonl", ROW)
    assert read_examples([path]) == [
        Example(
            "en-0001",
            ROW["text"],
            "en",
            "advert",
            Act.OFFER,
            (Service.SEA,),
            "Latn",
            "en-p01",
            ("spacing",),
            "en.jsonl",
        )
    ]


def test_reads_reviewers_labels(tmp_path: Path) -> None:
    """A label export lacks pair, evasion and script, and has columns of its own."""
    label = {name: ROW[name] for name in ("id", "text", "language", "label", "act", "service")}
    extra = {"platform": "x", "decided_at": "2026-01-01T00:00:00Z", "release": None}
    (example,) = read_examples([_write(tmp_path / "labels.jsonl", label | extra)])
    assert (example.pair, example.evasion, example.script) == (None, (), UNKNOWN_SCRIPT)


def test_order_of_files_does_not_matter(tmp_path: Path) -> None:
    """Examples come in the order of ids, whatever file they stand in."""
    one = _write(tmp_path / "b.jsonl", ROW | {"id": "en-0002"}, b"", ROW | {"id": "en-0004"})
    other = _write(tmp_path / "a.jsonl", ROW | {"id": "en-0003"}, ROW)
    assert read_examples([one, other]) == read_examples([other, one])
    assert [example.id[-1] for example in read_examples([one, other])] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": 7}, "`id` must be a string, not int"),
        ({"text": " \n"}, "`text` is empty"),
        ({"text": None}, "`text` must be a string, not NoneType"),
        ({"language": "English"}, "`language` must be a code"),
        ({"script": "latin"}, "`script` must be an ISO 15924 code"),
        ({"label": "spam"}, "unknown label 'spam'"),
        ({"label": []}, "`label` must be a string, not list"),
        ({"act": "sell"}, "unknown act 'sell'; known are offer, recruit"),
        ({"act": "ask"}, "label 'advert' and act 'ask' disagree"),
        ({"label": "benign"}, "label 'benign' and act 'offer' disagree"),
        ({"label": "benign", "act": "ask"}, "only adverts have a service, and act 'ask' is none"),
        ({"service": "sea"}, "`service` must be a list, not str"),
        ({"service": None}, "`service` must be a list, not NoneType"),
        ({"service": ["sea", "rocket"]}, "unknown service 'rocket'"),
        ({"service": [["sea"]]}, r"unknown service \['sea'\]"),
        ({"pair": 3}, "`pair` must be an id or null, not 3"),
        ({"evasion": ["magic"]}, "unknown evasion 'magic'"),
    ],
)
def test_wrong_value_is_named(changes: dict[str, Any], problem: str, tmp_path: Path) -> None:
    """A wrong value is refused with its file, line and field."""
    path = _write(tmp_path / "en.jsonl", ROW | {"id": "en-0000"}, ROW | changes)
    with pytest.raises(InvalidExample, match=rf"^\S*en\.jsonl:2: {problem}[^\n]*$"):
        read_examples([path])


@pytest.mark.parametrize("name", ["id", "text", "language", "label", "act", "service"])
def test_missing_field_is_named(name: str, tmp_path: Path) -> None:
    """Each required field is missed by name."""
    path = _write(tmp_path / "en.jsonl", {key: value for key, value in ROW.items() if key != name})
    with pytest.raises(InvalidExample, match=f"en.jsonl:1: `{name}` is missing$"):
        read_examples([path])


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    """Every bad line of every file is in the message, and good lines are not."""
    one = _write(tmp_path / "one.jsonl", b"not json", ROW, b'{"text": "\xff"}', b"[]", b"[" * 100_000)
    other = _write(tmp_path / "two.jsonl", ROW | {"id": "x", "text": "", "act": "sell"})
    with pytest.raises(InvalidExample) as caught:
        read_examples([one, other])
    found = [line.removeprefix(f"{tmp_path}/") for line in str(caught.value).splitlines()]
    starts = ["one.jsonl:1: not JSON", "one.jsonl:3: not UTF-8", "one.jsonl:4: not a JSON object but list"]
    starts += ["one.jsonl:5: not JSON", "two.jsonl:1: `text` is empty", "two.jsonl:1: unknown act 'sell'"]
    assert len(found) == len(starts)
    assert all(line.startswith(start) for line, start in zip(found, starts, strict=True))


def test_duplicate_id_names_both_lines(tmp_path: Path) -> None:
    """An id used twice is refused with both its places, across files too."""
    one = _write(tmp_path / "one.jsonl", ROW)
    other = _write(tmp_path / "two.jsonl", ROW | {"id": "en-0002"}, ROW)
    with pytest.raises(
        InvalidExample, match=r"two\.jsonl:2: id 'en-0001' is taken already by \S*one\.jsonl:1$"
    ):
        read_examples([one, other])


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A path without file is an input error that names it; an empty file holds no example."""
    with pytest.raises(InputError, match=r"nowhere\.jsonl: cannot be read: No such file"):
        read_examples([tmp_path / "nowhere.jsonl"])
    assert read_examples([_write(tmp_path / "empty.jsonl")]) == []


def test_pairs_and_near_duplicates_are_one_family() -> None:
    """A pair, a copy with another number, and a text changed in a word are families; others stand alone."""
    text = _words(1)
    examples = [
        _example("1", text, pair="p"),
        _example("2", _words(2), pair="p"),
        _example("3", f"{text.upper()} +44 7700 900123"),
        _example("4", f"{text} more"),
        _example("5", _words(3)),
    ]
    assert families(examples) == [0, 0, 0, 0, 1]


def test_families_chain() -> None:
    """Two texts that are alike through a third are one family."""
    words = _words(4, 24).split()
    texts = [" ".join(words[start : start + 16]) for start in (0, 4, 8)]
    assert families([_example(str(i), text) for i, text in enumerate(texts)]) == [0, 0, 0]
    assert families([_example("1", texts[0]), _example("3", texts[2])]) == [0, 1]


def test_texts_without_words_are_alike_only_if_same() -> None:
    """Handles, punctuation and empty bags do not fall together."""
    texts = ["@someone", "@another", "....", "@someone", "\ud800"]
    assert families([_example(str(i), text) for i, text in enumerate(texts)]) == [0, 1, 2, 0, 3]


def test_folds_keep_families_whole() -> None:
    """No family is on two sides of a split."""
    examples = [_example(str(i), "x") for i in range(60)]
    family = [i // 3 for i in range(60)]
    folds = split_folds(examples, family, 5, seed=1)
    assert all(len({folds[i] for i in range(60) if family[i] == f}) == 1 for f in set(family))
    assert max(Counter(folds).values()) - min(Counter(folds).values()) <= 3


def test_folds_spread_languages_and_acts() -> None:
    """Each fold gets its share of each act of each language."""
    kinds = [(language, act) for language in ("en", "ps") for act in (Act.OFFER, Act.ASK)]
    examples = [_example(str(i), "x", language=kinds[i % 4][0], act=kinds[i % 4][1]) for i in range(80)]
    folds = split_folds(examples, list(range(80)), 5, seed=0)
    counts = Counter((folds[i], e.language, e.act) for i, e in enumerate(examples))
    assert set(counts.values()) == {4}


def test_folds_follow_the_seed() -> None:
    """One seed gives one split, another seed another; rare acts and few examples are no error."""
    examples = [_example(str(i), "x") for i in range(40)] + [_example("rare", "x", act=Act.MISSING)]
    family = list(range(41))
    assert split_folds(examples, family, 5, seed=1) == split_folds(examples, family, 5, seed=1)
    assert split_folds(examples, family, 5, seed=1) != split_folds(examples, family, 5, seed=2)
    assert split_folds([], [], 5, seed=1) == []


def test_digest_follows_content_only() -> None:
    """Order and file names do not change the digest; any word does, even broken ones."""
    one, other = _example("1", "tea"), _example("2", "\ud800")
    assert data_digest([one, other]) == data_digest([replace(other, source="x"), one])
    assert data_digest([one]) != data_digest([replace(one, text="teas")])
