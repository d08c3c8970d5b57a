"""Count what the examples hold, for their datasheet.

    python -m training.datasheet datasets/*.jsonl [--output datasets/README.md]

checks the files and prints the tables, or puts them in their marked place in the datasheet.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click

from model.errors import BreakwaterError, InputError
from model.features import prepare, words_of
from model.records import Act, Service
from training.examples import EVASIONS, LABELS, Example, read_examples
from training.families import Forest, join_alike
from training.surface import surface_auc

_ALL = "**all**"
_BEGIN, _END = "<!-- counts: begin -->", "<!-- counts: end -->"
_CHECKS = """\
Checks: near-duplicates outside pairs (character 5-grams, Jaccard over 0.5), the commonest opening of
four words, and how well surface counts alone tell the label (area under the curve, 0.5 is chance):"""
#: Lengths in words, from the shortest class; Chinese, which has no spaces, in pairs of characters.
LENGTHS = ((5, "to 5"), (15, "6-15"), (35, "16-35"), (60, "36-60"), (10**9, "more"))


def tables(examples: Sequence[Example]) -> str:
    """Write every table of the datasheet."""
    scripts = sorted({example.script for example in examples})
    return "\n\n".join(
        [
            "Labels and acts:",
            _table(examples, [*LABELS, *Act], lambda e: [e.label, e.act]),
            "Services of the adverts (one advert may sell several):",
            _table(examples, [*Service], lambda e: e.service),
            "Scripts:",
            _table(examples, scripts, lambda e: [e.script]),
            "Lengths in words:",
            _table(examples, [name for _, name in LENGTHS], lambda e: [_length(e)]),
            "Evasion, adverts and benign posts (`a/b`):",
            _evasions(examples),
            _CHECKS,
            _checks(examples),
        ]
    )


def with_tables(datasheet: str, written: str) -> str:
    """Put the tables in their marked place in a datasheet."""
    head, _, rest = datasheet.partition(_BEGIN)
    _, end, tail = rest.partition(_END)
    if not end:
        raise InputError(f"the datasheet has no {_BEGIN} and {_END}")
    return f"{head}{_BEGIN}\n{written}\n{_END}{tail}"


def near_duplicates(examples: Sequence[Example]) -> int:
    """Count examples that are nearly the same as one of another pair."""
    forest = Forest(len(examples))
    join_alike(forest, [words_of(prepare(example.text)) or example.text for example in examples])
    members: dict[int, list[Example]] = defaultdict(list)
    for number, example in zip(forest.numbers(), examples, strict=True):
        members[number].append(example)
    groups = ({example.pair or example.id for example in own} for own in members.values())
    return sum(len(group) - 1 for group in groups)


def commonest_opening(examples: Iterable[Example]) -> int:
    """How often the commonest opening of four words is used."""
    openings = Counter(tuple(example.text.split()[:4]) for example in examples)
    return max((count for words, count in openings.items() if len(words) == len("four")), default=0)


def _by_language(examples: Iterable[Example]) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        found[example.language].append(example)
    return dict(sorted(found.items()))


def _table(
    examples: Sequence[Example], columns: Sequence[str], values: Callable[[Example], Iterable[str]]
) -> str:
    rows = [
        [code, *(f"{counts[column]:,}" for column in columns)]
        for code, own in [*_by_language(examples).items(), (_ALL, examples)]
        if (counts := Counter(value for example in own for value in values(example))) is not None
    ]
    return _markdown(["language", *columns], rows)


def _evasions(examples: Sequence[Example]) -> str:
    rows = []
    for code, own in [*_by_language(examples).items(), (_ALL, examples)]:
        counts = Counter((kind, example.label) for example in own for kind in example.evasion)
        rows.append([code, *("/".join(f"{counts[kind, label]}" for label in LABELS) for kind in EVASIONS)])
    return _markdown(["language", *EVASIONS], rows)


def _checks(examples: Sequence[Example]) -> str:
    rows = [
        [code, str(near_duplicates(own)), str(commonest_opening(own)), f"{surface_auc(own):.2f}"]
        for code, own in _by_language(examples).items()
    ]
    return _markdown(["language", "near-duplicates", "commonest opening", "surface counts alone"], rows)


def _length(example: Example) -> str:
    words = len(example.text.split()) if example.script not in ("Hans", "Hant") else len(example.text) // 2
    return next(name for most, name in LENGTHS if words <= most)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    ruler = ["---", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ruler, *rows))


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path, exists=True), help="The datasheet to update.")
def main(paths: tuple[Path, ...], output: Path | None) -> None:
    """Check files of examples, and print or write their counts."""
    try:
        written = tables(read_examples(paths))
        if output is None:
            click.echo(written)
        else:
            output.write_text(with_tables(output.read_text(encoding="utf-8"), written), encoding="utf-8")
    except BreakwaterError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
