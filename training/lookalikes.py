"""Write the table of characters that Unicode calls confusable with Latin letters and digits, for folding.

    python -m training.lookalikes --data FOLDER --output model/lookalikes.json

Letters of scripts that our languages are written in are left out, for there they are themselves; and so is
whatever folds to a Latin letter or a digit without the table.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

SOURCE = Path("confusables") / "ascii_to_confusables.json"
#: Scripts of our languages, by the first words of their letters' Unicode names.
OURS = ("ARABIC", "BENGALI", "CJK", "DEVANAGARI", "ETHIOPIC", "EXTENDED", "GREEK", "GURMUKHI", "IDEOGRAPHIC")
_CYRILLIC_IN_USE = frozenset("абвгґдеёєжзиіїйклмнопрстуфхцчшщъыьэюя")


def lookalikes(confusables: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Map each look-alike to its lower-case Latin letter or digit, in the order of code points."""
    found: dict[str, str] = {}
    for target, variants in confusables.items():
        for variant in variants:
            if target.isalnum() and len(variant) == 1 and _is_never_itself(variant):
                found.setdefault(variant, target.lower())
    return dict(sorted(found.items()))


def _is_never_itself(variant: str) -> bool:
    """Whether a character stands in our languages for nothing but another."""
    name = unicodedata.name(variant, "")
    plain = unicodedata.normalize("NFKD", variant).casefold()
    known = all(character.isascii() or unicodedata.digit(character, None) is not None for character in plain)
    ours = name.startswith(OURS) or any(character in _CYRILLIC_IN_USE for character in plain)
    return bool(name) and not known and not ours and unicodedata.category(variant)[0] == "L"


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The public sets.")
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(data: Path, output: Path) -> None:
    """Write the table."""
    table = lookalikes(json.loads((data / SOURCE).read_text(encoding="utf-8")))
    output.write_text(json.dumps(table, ensure_ascii=True, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
