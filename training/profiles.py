"""Build the language profiles that langdetect lacks, and measure detection with them.

python -m training.profiles --sib200 data.jsonl.xz --output model/profiles
python -m training.profiles --sib200 data.jsonl.xz --evaluate
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click
from langdetect.utils.lang_profile import LangProfile

from model.errors import InputError
from model.language import detect
from training.sources import SIB_200, read_rows

#: Languages without a profile in langdetect, by the code SIB-200 gives them.
ADDED = {
    "amh_Ethi": "am", "ckb_Arab": "ckb", "gaz_Latn": "om", "hau_Latn": "ha", "kmr_Latn": "kmr",
    "pbt_Arab": "ps", "tir_Ethi": "ti", "uzn_Latn": "uz",
}  # fmt: skip
#: Every language of ours in SIB-200, with the code that detection should answer.
OURS = {code: "fa" if language == "prs" else language for code, language in SIB_200.items()}
#: N-grams seen this often or less in the train sentences are left out (chosen on the dev sentences).
RARE = 5
#: Length of the beginnings on which detection is measured too.
BEGINNING = 60

Detect = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How many sentences of one SIB-200 code were named rightly, whole and cut short."""

    code: str
    language: str
    sentences: int
    whole: int
    beginning: int


def read_sentences(path: Path, split: str) -> dict[str, list[str]]:
    """Read the sentences of one official split of SIB-200, by code, for our languages."""
    sentences: dict[str, list[str]] = defaultdict(list)
    for row in read_rows(path):
        if row["split"] == split and row["lang_code"] in OURS:
            sentences[row["lang_code"]].append(row["text"])
    return dict(sorted(sentences.items()))


def build_profile(language: str, sentences: Iterable[str]) -> str:
    """Count langdetect's own n-grams in sentences, and return the profile as JSON."""
    profile = LangProfile(language)
    profile.MINIMUM_FREQ = RARE
    for sentence in sentences:
        profile.update(sentence)
    profile.omit_less_freq()
    content = {"freq": dict(sorted(profile.freq.items())), "n_words": profile.n_words, "name": language}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_profiles(sib200: Path, output: Path) -> list[Path]:
    """Write one profile for each added language from the train sentences, never the test ones."""
    sentences = read_sentences(sib200, "train")
    written = []
    for code, language in sorted(ADDED.items()):
        path = output / f"{language}.json"
        path.write_text(build_profile(language, sentences[code]), encoding="utf-8")
        written.append(path)
    return written


def measure(sentences: dict[str, list[str]], detect: Detect = detect) -> list[Accuracy]:
    """Count right answers on whole sentences and on their first 60 characters."""
    return [_measure_one(code, texts, detect) for code, texts in sentences.items()]


def accuracy_table(results: Iterable[Accuracy]) -> str:
    """Set measured accuracies out as a Markdown table, with their mean in the last row."""
    results = sorted(results, key=lambda result: (result.language, result.code))
    total: Counter[str] = Counter()
    lines = [
        f"| language | SIB-200 code | sentences | whole % | first {BEGINNING} characters % |",
        "|---|---|--:|--:|--:|",
    ]
    for result in results:
        total.update(sentences=result.sentences, whole=result.whole, beginning=result.beginning)
        lines.append(_table_row(result.language, result.code, result))
    everything = Accuracy("", "", total["sentences"], total["whole"], total["beginning"])
    return "\n".join([*lines, _table_row("**all**", "", everything)])


def _table_row(language: str, code: str, result: Accuracy) -> str:
    whole = 100 * result.whole / result.sentences
    beginning = 100 * result.beginning / result.sentences
    return f"| {language} | {code} | {result.sentences:,} | {whole:.1f} | {beginning:.1f} |"


def _measure_one(code: str, texts: list[str], detect: Detect) -> Accuracy:
    language = OURS[code]
    whole = sum(detect(text) == language for text in texts)
    beginning = sum(detect(text[:BEGINNING]) == language for text in texts)
    return Accuracy(code, language, len(texts), whole, beginning)


@click.command()
@click.option("--sib200", type=click.Path(path_type=Path), required=True, help="data.jsonl.xz")
@click.option("--output", type=click.Path(path_type=Path), help="Write the profiles here.")
@click.option("--evaluate", is_flag=True, help="Print accuracy on the test sentences.")
def main(sib200: Path, output: Path | None, *, evaluate: bool) -> None:
    """Build the added language profiles, or measure detection with those in place."""
    try:
        for path in write_profiles(sib200, output) if output else []:
            click.echo(f"{path}: {path.stat().st_size:,} bytes")
        if evaluate:
            click.echo(accuracy_table(measure(read_sentences(sib200, "test"))))
    except InputError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
