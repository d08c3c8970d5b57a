"""The datasheet's tables are counted from the examples."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from model.records import Act, Service
from training.datasheet import commonest_opening, main, near_duplicates, tables
from training.examples import Example

TEXT = "Two places left for Thursday night, families welcome"
ROW = {"id": "en-0001", "text": TEXT, "language": "en", "label": "advert", "act": "offer", "service": ["sea"]}
SHEET = "before\n<!-- counts: begin -->\nold\n<!-- counts: end -->\nafter\n"


def _example(number: int, text: str, **fields: object) -> Example:
    benign = {
        "id": f"en-{number:04}",
        "text": text,
        "language": "en",
        "label": "benign",
        "act": Act.UNRELATED,
    }
    return Example(**{**benign, **fields})  # type: ignore[arg-type]


def test_tables_count_by_language() -> None:
    """Each table has a row for each language, and those of counts one for all."""
    offer = _example(2, TEXT, language="vi", label="advert", act=Act.OFFER, service=(Service.SEA,))
    lines = tables([_example(1, "tea", evasion=("spacing",)), offer]).splitlines()
    assert "| **all** | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 1 |" in lines
    assert "| vi | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |" in lines
    assert "| en | 0/0 | 0/0 | 0/1 | 0/0 | 0/0 | 0/0 | 0/0 | 0/0 | 0/0 | 0/0 |" in lines
    assert "| vi | 0 | 1 | nan |" in lines


def test_near_duplicates_are_counted_outside_pairs() -> None:
    """Twins of one pair are meant to be alike; a copy elsewhere is not."""
    twins = [_example(1, TEXT, pair="en-p01"), _example(2, TEXT + "!", pair="en-p01")]
    assert near_duplicates(twins) == 0
    assert near_duplicates([*twins, _example(3, TEXT + " now")]) == 1


def test_the_commonest_opening_is_counted() -> None:
    """Texts of fewer than four words have no opening."""
    assert commonest_opening([_example(1, "a b c d e"), _example(2, "a b c d"), _example(3, "a b c")]) == 2
    assert commonest_opening([]) == 0


def test_command_prints_counts_or_problems(tmp_path: Path) -> None:
    """The command shows the tables, or every problem with exit code 1."""
    path = tmp_path / "en.jsonl"
    path.write_text(json.dumps(ROW))
    good = CliRunner().invoke(main, [str(path)])
    assert (good.exit_code, "| en | 1 | 0 |" in good.output) == (0, True)
    path.write_text("{")
    bad = CliRunner().invoke(main, [str(path)])
    assert (bad.exit_code, "en.jsonl:1: not JSON" in bad.output) == (1, True)


@pytest.mark.parametrize(("before", "status"), [(SHEET, 0), ("no marks", 1)])
def test_command_writes_the_datasheet(before: str, status: int, tmp_path: Path) -> None:
    """Counts go between the marks, and the rest stays; without marks nothing is written."""
    data, sheet = tmp_path / "en.jsonl", tmp_path / "README.md"
    data.write_text(json.dumps(ROW))
    sheet.write_text(before)
    assert CliRunner().invoke(main, [str(data), "--output", str(sheet)]).exit_code == status
    after = sheet.read_text()
    assert (after == before) is bool(status)
    assert after.splitlines()[0] == before.splitlines()[0]
