"""Labelled examples: read, check, group into families and split without leakage."""

import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.errors import InvalidExample
from model.features import prepare, words_of
from model.fold import fold_text
from model.records import Act, Service
from training.families import Forest, join_alike, join_equal
from training.lines import Line, read_lines

LABELS = ("advert", "benign")
EVASIONS = (
    "emoji_words", "homoglyphs", "spacing", "leetspeak", "transliteration", "no_diacritics",
    "misspelling", "codewords", "mixed_language", "split_number",
)  # fmt: skip
#: ISO 15924 for a script that nobody wrote down.
UNKNOWN_SCRIPT = "Zyyy"

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
_SCRIPT = re.compile(r"[A-Z][a-z]{3}")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled post; `datasets/GUIDE.md` defines the fields, `source` is the name of its file."""

    id: str
    text: str
    language: str
    label: str
    act: Act
    service: tuple[Service, ...] = ()
    script: str = UNKNOWN_SCRIPT
    pair: str | None = None
    evasion: tuple[str, ...] = ()
    source: str = ""


def read_examples(paths: Iterable[Path]) -> list[Example]:
    """Read files of examples or of reviewers' labels, in the order of ids; name every problem at once."""
    examples: list[Example] = []
    problems: list[str] = []
    places: dict[str, str] = {}
    for path in paths:
        for line in read_lines(path):
            found = list(_problems(line, places))
            problems += [f"{line.where}: {problem}" for problem in found]
            if not found:
                examples.append(_example(line.row, path.name))
    if problems:
        raise InvalidExample("\n".join(problems))
    return sorted(examples, key=lambda example: example.id)


def families(examples: Sequence[Example]) -> list[int]:
    """Number the family of each example: same pair, same text, or near-duplicates of one another."""
    forest = Forest(len(examples))
    join_equal(forest, (example.pair for example in examples))
    # Prepared text has no numbers or handles: one advert with another phone is the same advert.
    join_alike(forest, [words_of(prepare(e.text)) or fold_text(e.text) or e.text for e in examples])
    return forest.numbers()


def split_folds(examples: Sequence[Example], families: Sequence[int], folds: int, seed: int) -> list[int]:
    """Put each example into a fold, families whole, languages and acts spread as evenly as they allow."""
    members: dict[int, list[int]] = defaultdict(list)
    for item, family in enumerate(families):
        members[family].append(item)
    strata = [(example.language, example.act) for example in examples]
    total = Counter(strata)
    held: list[Counter[tuple[str, Act]]] = [Counter() for _ in range(folds)]
    assigned = [0] * len(examples)
    for items in _largest_first(members.values(), seed):
        kinds = [strata[item] for item in items]
        load = [(sum(own[kind] / total[kind] for kind in kinds), own.total()) for own in held]
        fold = load.index(min(load))
        held[fold].update(kinds)
        for item in items:
            assigned[item] = fold
    return assigned


def data_digest(examples: Iterable[Example]) -> str:
    """Digest what the examples say, whatever their order and the files they came from."""
    digest = hashlib.sha256()
    for example in sorted(examples, key=lambda example: example.id):
        content = asdict(example) | {"source": ""}
        digest.update(json.dumps(content, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def _largest_first(groups: Iterable[list[int]], seed: int) -> list[list[int]]:
    shuffled = list(groups)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - it draws folds, not secrets
    return sorted(shuffled, key=len, reverse=True)


# --- checks: each yields what is wrong with a row ---


def _problems(line: Line, places: dict[str, str]) -> Iterator[str]:
    if line.problem:
        yield line.problem
        return
    row = line.row
    for name in ("id", "text", "language", "label", "act"):
        yield from _check_string(row, name)
    yield from _check_id(row.get("id"), line.where, places)
    yield from _check_shapes(row)
    yield from _check_label(row)
    yield from _check_list(row, "service", [*Service], required=True)
    yield from _check_list(row, "evasion", EVASIONS)


def _check_string(row: Mapping[str, Any], name: str) -> Iterator[str]:
    value = row.get(name)
    if name not in row:
        yield f"`{name}` is missing"
    elif not isinstance(value, str):
        yield f"`{name}` must be a string, not {type(value).__name__}"
    elif not value.strip():
        yield f"`{name}` is empty"


def _check_id(value: object, where: str, places: dict[str, str]) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        first = places.setdefault(value, where)
        if first != where:
            yield f"id {value!r} is taken already by {first}"


def _check_shapes(row: Mapping[str, Any]) -> Iterator[str]:
    """Check the strings that have a form of their own."""
    language, script, pair = row.get("language"), row.get("script"), row.get("pair")
    if isinstance(language, str) and language.strip() and not _LANGUAGE.fullmatch(language):
        yield f"`language` must be a code such as en or ckb, not {language!r}"
    if script is not None and not (isinstance(script, str) and _SCRIPT.fullmatch(script)):
        yield f"`script` must be an ISO 15924 code such as Latn, not {script!r}"
    if pair is not None and not (isinstance(pair, str) and pair.strip()):
        yield f"`pair` must be an id or null, not {pair!r}"


def _check_label(row: Mapping[str, Any]) -> Iterator[str]:
    label, act = row.get("label"), row.get("act")
    if isinstance(label, str) and label.strip() and label not in LABELS:
        yield f"unknown label {label!r}; known are {', '.join(LABELS)}"
    if not isinstance(act, str) or not act.strip():
        return
    if act not in [*Act]:
        yield f"unknown act {act!r}; known are {', '.join(Act)}"
    elif label in LABELS and (label == "advert") != Act(act).is_advert:
        yield f"label {label!r} and act {act!r} disagree"
    elif not Act(act).is_advert and row.get("service"):
        yield f"only adverts have a service, and act {act!r} is none"


def _check_list(
    row: Mapping[str, Any], name: str, known: Sequence[str], *, required: bool = False
) -> Iterator[str]:
    value = row.get(name)
    if value is None and not required:
        return
    if name not in row:
        yield f"`{name}` is missing"
    elif not isinstance(value, list):
        yield f"`{name}` must be a list, not {type(value).__name__}"
    else:
        for entry in value:
            if entry not in known:
                yield f"unknown {name} {entry!r}; known are {', '.join(known)}"


def _example(row: Mapping[str, Any], source: str) -> Example:
    return Example(
        id=row["id"],
        text=row["text"],
        language=row["language"],
        label=row["label"],
        act=Act(row["act"]),
        service=tuple(Service(name) for name in row["service"]),
        script=row.get("script") or UNKNOWN_SCRIPT,
        pair=row.get("pair"),
        evasion=tuple(row.get("evasion") or ()),
        source=source,
    )
