"""The table of look-alikes is what Unicode's confusables leave after our own letters."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from model.fold import fold_text
from training.lookalikes import SOURCE, lookalikes, main


@pytest.mark.parametrize(
    ("variant", "kept"),
    [
        ("Ꮲ", True),
        ("ꓑ", True),
        ("р", False),
        ("Н", False),
        ("০", False),
        ("ሀ", False),
        ("Ｐ", False),
        ("∪", False),
    ],
)
def test_only_what_is_never_itself_is_kept(variant: str, kept: bool) -> None:
    """Letters of our scripts, digits, signs and what folds by itself stay out."""
    assert bool(lookalikes({"P": [variant]})) is kept


def test_shipped_table_folds_to_latin() -> None:
    """Every look-alike in the table folds to one ASCII letter or digit."""
    table = json.loads(files("model").joinpath("lookalikes.json").read_text(encoding="utf-8"))
    assert len(table) > 300
    assert all(fold_text(variant).isascii() and fold_text(variant).isalnum() for variant in table)


def test_shipped_table_is_what_the_command_writes(shared_data: Path, tmp_path: Path) -> None:
    """Making it anew from the public set changes nothing."""
    made = tmp_path / "made.json"
    assert (shared_data / SOURCE).is_file()
    assert CliRunner().invoke(main, ["--data", str(shared_data), "--output", str(made)]).exit_code == 0
    assert made.read_text() == files("model").joinpath("lookalikes.json").read_text()
