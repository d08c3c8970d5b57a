"""Write the lexicon of countries from the names that CLDR gives them in our languages.

python -m training.territories --output model/lexicons/territories.toml
"""

from collections.abc import Iterator
from pathlib import Path

import click

from model.lexicon import cut

#: Columns of the lexicon, and the CLDR locales that fill them.
LOCALES = {
    "en": ["en"], "fr": ["fr"], "tr": ["tr"], "ar": ["ar"], "sq": ["sq"], "vi": ["vi"], "fa": ["fa"],
    "prs": ["fa_AF"], "ckb": ["ckb"], "ps": ["ps"], "kmr": ["ku"], "es": ["es"], "ur": ["ur"], "pa": ["pa"],
    "hi": ["hi"], "bn": ["bn"], "am": ["am"], "ti": ["ti"], "om": ["om"], "so": ["so"], "sw": ["sw"],
    "ha": ["ha"], "ru": ["ru"], "uk": ["uk"], "zh": ["zh", "zh_Hant"], "it": ["it"], "ro": ["ro"],
    "de": ["de"], "pt": ["pt"],
}  # fmt: skip
#: Countries of origin, transit and arrival; a name that is also a common word elsewhere is left to people.
TERRITORIES = (
    "GB", "FR", "DE", "IT", "ES", "PT", "BE", "NL", "LU", "CH", "AT", "SE", "NO", "DK", "FI", "IE",
    "IS", "PL", "CZ", "SK", "HU", "RO", "BG", "HR", "SI", "RS", "BA", "ME", "MK", "AL", "XK", "GR",
    "CY", "MT", "TR", "UA", "BY", "RU", "MD", "LT", "LV", "EE", "GE", "AM", "AZ", "IQ", "IR", "SY",
    "LB", "JO", "IL", "PS", "SA", "AE", "QA", "KW", "BH", "OM", "YE", "EG", "LY", "TN", "DZ", "MA",
    "MR", "SN", "GM", "GN", "ML", "NE", "NG", "CI", "GH", "BF", "CM", "TD", "SD", "SS", "ET", "ER",
    "SO", "DJ", "KE", "UG", "TZ", "RW", "BI", "CD", "CG", "AO", "MZ", "ZA", "ZW", "AF", "PK", "IN",
    "BD", "NP", "LK", "MM", "TH", "VN", "KH", "LA", "MY", "ID", "CN", "MN", "KZ", "KG", "UZ", "TJ",
    "TM", "US", "CA", "MX", "GT", "HN", "SV", "NI", "PA", "CO", "VE", "EC", "PE", "BR", "BO", "CL",
    "AR", "HT", "CU", "DO", "AU", "NZ", "JP",
)  # fmt: skip
_AMBIGUOUS = {"tchad", "chad", "jordan", "niger", "mali", "guinea", "peru", "togo", "cuba", "oman", "chile"}
#: Languages that put endings on names.
_INFLECTED = {"tr", "sq", "kmr", "ckb", "so", "om", "ru", "uk", "ro", "ha", "sw", "bn", "am", "ti"}
_SHORTEST_LATIN, _SHORTEST_INFLECTED = 4, 5


def forms(language: str, code: str) -> Iterator[str]:
    """Yield the phrases by which a language names a territory, ready for a lexicon."""
    # Babel is wanted only here, when the lexicon is made anew.
    from babel import Locale  # noqa: PLC0415

    for locale in LOCALES[language]:
        name = Locale.parse(locale).territories.get(code)
        if name and _is_telling(language, cut(name)):
            long_enough = len(name.split()[-1]) >= _SHORTEST_INFLECTED
            yield name + "*" if language in _INFLECTED and long_enough else name


def _is_telling(language: str, words: tuple[str, ...]) -> bool:
    """Whether a name can be told from ordinary words."""
    if len(words) > 1:
        return True
    word = "".join(words)
    short = word.isascii() and len(word) < _SHORTEST_LATIN
    return bool(word) and not short and word not in _AMBIGUOUS and language != "vi"


def lexicon_lines() -> list[str]:
    """Write the lexicon, a line for each language that names a territory."""
    lines = [
        "# Made by `python -m training.territories`; towns.toml and peoples.toml have the other names.",
        'concept = "place"',
        'label = "place"',
        'sources = "Unicode CLDR territory names, through Babel (Unicode licence v3)"',
    ]
    for code in TERRITORIES:
        columns = {language: sorted(set(forms(language, code))) for language in LOCALES}
        lines += ["", f"[terms.{code}]"]
        lines += [f"{language} = [{_quoted(names)}]" for language, names in columns.items() if names]
    return lines


def _quoted(names: list[str]) -> str:
    return ", ".join('"' + name.replace('"', "") + '"' for name in names)


@click.command()
@click.option("--output", type=click.Path(path_type=Path), required=True)
def main(output: Path) -> None:
    """Write the lexicon of countries."""
    output.write_text("\n".join(lexicon_lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
