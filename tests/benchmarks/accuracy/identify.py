"""Language identification: SIB-200's test sentences, their first 60 characters, and Lingua's test data."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed

from model.language import detect
from training.sources import SIB_200, SOURCES, read_rows

SHORT = 60
ROMANISED = ("Roman Urdu", "roman_urdu_tweets/data.jsonl.gz", "ur")


def identification(data: Path, examples: Iterable[Any]) -> dict[str, Any]:
    """Share of texts whose language is detected, by set and language, hopeless ones included."""
    sets: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in read_rows(data / "sib200" / "data.jsonl.xz"):
        code = SIB_200.get(row["lang_code"])
        if code and row["split"] == "test":
            sets["SIB-200 test sentences"][code].append((row["text"], _answer(code)))
            sets[f"their first {SHORT} characters"][code].append((row["text"][:SHORT], _answer(code)))
    lingua = next(source for source in SOURCES if source.name == "lingua")
    for language, text in lingua.posts(data):
        sets["Lingua test sentences"][language].append((text, _answer(language)))
    for row in list(read_rows(data / ROMANISED[1]))[::5]:
        sets["romanised Urdu tweets"][ROMANISED[2]].append((row["text"], ROMANISED[2]))
    for example in examples:
        kind = "our examples in another script" if "transliteration" in example.evasion else "our examples"
        kind = "our examples in mixed languages" if "mixed_language" in example.evasion else kind
        sets[kind][example.language].append((example.text, _answer(example.language)))
    return {name: _measured(own) for name, own in sets.items()}


def _answer(code: str) -> str:
    """Detection answers `fa` for Dari, too."""
    return "fa" if code == "prs" else code


def _measured(own: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    shares = Parallel(n_jobs=2)(delayed(_share)(rows) for _, rows in sorted(own.items()))
    by_language = dict(zip(sorted(own), shares, strict=True))
    total = sum(len(rows) for rows in own.values())
    right = sum(by_language[code] * len(rows) for code, rows in own.items())
    return {"texts": total, "share": right / total, "languages": by_language}


def _share(rows: list[tuple[str, str]]) -> float:
    return sum(detect(text) == code for text, code in rows) / len(rows)
