"""The lexicon of countries is what CLDR says."""

from importlib.resources import files

from training.territories import TERRITORIES, forms, lexicon_lines


def test_shipped_lexicon_is_what_the_command_writes() -> None:
    """Making it anew changes nothing."""
    shipped = files("model").joinpath("lexicons", "territories.toml").read_text(encoding="utf-8")
    assert shipped == "\n".join(lexicon_lines()) + "\n"


def test_names_that_are_common_words_are_left_out() -> None:
    """Chad is a first name, and a Vietnamese syllable means many things."""
    assert list(forms("en", "TD")) == []
    assert list(forms("vi", "FR")) == []
    assert list(forms("ru", "FR")) == ["Франция*"]


def test_most_countries_have_a_name_in_most_languages() -> None:
    """Every country is named in most of the great languages."""
    great = ("en", "ar", "tr", "ru", "am", "hi", "es", "fa")
    assert all(sum(any(forms(code, territory)) for code in great) >= 5 for territory in TERRITORIES)
