"""The examples that ship follow the guide, and their datasheet tells their true counts."""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from model.features import prepare
from model.records import Act, Service
from training.datasheet import commonest_opening, tables, with_tables
from training.examples import Example, families, read_examples
from training.surface import surface_auc

DATASETS = Path(__file__).parents[2] / "datasets"
FIRST_TIER = ("en", "fr", "tr", "ar", "sq", "vi", "fa", "prs", "ckb", "ps")
SECOND_TIER = (
    "kmr", "es", "ur", "pa", "hi", "bn", "am", "ti", "om", "so",
    "sw", "ha", "ru", "uk", "zh", "it", "ro", "de", "pt",
)  # fmt: skip
LANGUAGES = FIRST_TIER + SECOND_TIER
FIELDS = ["id", "text", "language", "script", "label", "act", "service", "pair", "evasion"]

_PHONE = re.compile(r"\+?\d(?:[\s().\-/]*\d){7,}")
_FICTIONAL = re.compile(r"(447|07)700900\d{3}$|20255501\d\d$|[01]{6}$")
_LINK = re.compile(
    r"(?:https?://|www\.)([^\s/]+)|\b([\w-]+(?:\.[\w-]+)*\.(?:com|org|net|me|io|info|ly))\b", re.IGNORECASE
)
_EXAMPLE_HOST = re.compile(r"(.+\.)?example(\.(org|com|net))?", re.IGNORECASE)


def _read(language: str) -> list[Example]:
    return read_examples([DATASETS / f"{language}.jsonl"])


def _adverts(examples: list[Example]) -> list[Example]:
    return [example for example in examples if example.label == "advert"]


def _benign(examples: list[Example]) -> list[Example]:
    return [example for example in examples if example.label == "benign"]


def _plain_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(character, character)) for character in text)


def test_folder_holds_data_only() -> None:
    """No Python file, not even `__init__.py`, which would shadow an installed package of that name."""
    assert list(DATASETS.rglob("*.py")) == []


def test_every_language_has_its_file_and_no_other() -> None:
    """All languages of both tiers are there."""
    assert {path.stem for path in DATASETS.glob("*.jsonl")} == set(LANGUAGES)


def test_datasheet_tells_the_counts() -> None:
    """The tables in the datasheet are what the examples give."""
    readme = (DATASETS / "README.md").read_text(encoding="utf-8")
    assert with_tables(readme, tables(read_examples(sorted(DATASETS.glob("*.jsonl"))))) == readme


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_have_exactly_the_fields_of_the_guide(language: str) -> None:
    """No field is missing, and none is added."""
    lines = (DATASETS / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if sorted(json.loads(line)) != sorted(FIELDS)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_ids_and_languages_follow_the_file(language: str) -> None:
    """Ids are the language and four digits, pairs the language and a p-number."""
    examples = _read(language)
    pair = re.compile(rf"{language}-p\d{{2,3}}")
    assert [e.id for e in examples if not re.fullmatch(rf"{language}-\d{{4}}", e.id)] == []
    assert [e.id for e in examples if e.language != language] == []
    assert [e.id for e in examples if e.pair and not pair.fullmatch(e.pair)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_enough_adverts_and_benign_posts(language: str) -> None:
    """300 adverts and 600 benign posts in the first tier, 100 and 200 in the second; a third unrelated."""
    examples = _read(language)
    benign = _benign(examples)
    adverts = 300 if language in FIRST_TIER else 100
    assert len(_adverts(examples)) >= adverts
    assert len(benign) >= 2 * adverts
    assert 3 * sum(example.act == Act.UNRELATED for example in benign) >= len(benign)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_and_service_is_there(language: str) -> None:
    """No act and no service lacks an example, and every advert says what it sells."""
    examples = _read(language)
    assert {example.act for example in examples} == set(Act)
    assert {service for example in examples for service in example.service} == set(Service)
    assert [example.id for example in _adverts(examples) if not example.service] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_pairs_have_one_advert_and_benign_partners(language: str) -> None:
    """Each pair is one advert with its benign likes; they are a quarter of the benign posts or more."""
    examples = _read(language)
    pairs: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        if example.pair:
            pairs[example.pair].append(example.label)
    wrong = [pair for pair, labels in pairs.items() if labels.count("advert") != 1 or "benign" not in labels]
    benign = _benign(examples)
    assert wrong == []
    assert 4 * sum(example.pair is not None for example in benign) >= len(benign)


@pytest.mark.parametrize("language", LANGUAGES)
def test_phones_are_fictional(language: str) -> None:
    """Every run of eight digits or more, in any script, is a number that nobody has."""
    wrong = [
        (example.id, found)
        for example in _read(language)
        for found in _PHONE.findall(_plain_digits(example.text))
        if not _FICTIONAL.search(re.sub(r"\D", "", found))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_go_to_example_hosts(language: str) -> None:
    """Links and addresses lead nowhere."""
    found = [
        (example.id, host)
        for example in _read(language)
        for host in map("".join, _LINK.findall(example.text))
        if not _EXAMPLE_HOST.fullmatch(host)
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_posts_are_nearly_the_same(language: str) -> None:
    """Only the posts of one pair may be alike."""
    examples = _read(language)
    members: dict[int, set[str]] = defaultdict(set)
    for example, family in zip(examples, families(examples), strict=True):
        members[family].add(example.pair or example.id)
    assert [sorted(alike) for alike in members.values() if len(alike) > 1] == []


def test_no_text_stands_twice() -> None:
    """Not even a pair has one prepared text twice, in one file or across files."""
    examples = read_examples(sorted(DATASETS.glob("*.jsonl")))
    counts = Counter(prepare(example.text) for example in examples)
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_surface_does_not_give_the_label_away(language: str) -> None:
    """Phones, prices, digits, emoji, capitals, length, script and evasion tell hardly more than chance."""
    assert surface_auc(_read(language)) < 0.65


@pytest.mark.parametrize("language", LANGUAGES)
def test_openings_vary(language: str) -> None:
    """No four words open more than a few posts."""
    assert commonest_opening(_read(language)) <= 4
