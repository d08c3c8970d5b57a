"""Profiles are built from train sentences only, and measured on the others."""

import json
import lzma
from pathlib import Path

import pytest
from click.testing import CliRunner

from model.errors import InputError
from training.profiles import (
    ADDED,
    OURS,
    RARE,
    Accuracy,
    accuracy_table,
    build_profile,
    main,
    measure,
    read_sentences,
    write_profiles,
)


@pytest.fixture
def sib200(tmp_path: Path) -> Path:
    """A set with one train and one test sentence, often repeated, for each added language."""
    path = tmp_path / "data.jsonl.xz"
    rows = [
        {"text": text, "split": split, "lang_code": code}
        for code in [*ADDED, "xxx_Latn"]
        for split, text in (("train", "abab "), ("test", "zzzz "))
    ]
    with lzma.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row | {"text": row["text"] * 40}) + "\n" for row in rows)
    return path


def test_profile_counts_ngrams_of_langdetect() -> None:
    """A profile holds one- to three-grams with their counts, words marked by a space."""
    profile = json.loads(build_profile("xx", ["ab ab"] * 10))
    assert profile["name"] == "xx"
    assert profile["freq"] == {" a": 20, " ab": 20, "a": 20, "ab": 20, "ab ": 10, "b": 20, "b ": 10}
    assert profile["n_words"] == [40, 50, 30]


def test_rare_ngrams_are_left_out() -> None:
    """An n-gram seen no more often than the limit is not written."""
    profile = json.loads(build_profile("xx", ["a"] * 20 + ["b"] * RARE))
    assert "a" in profile["freq"]
    assert "b" not in profile["freq"]


def test_profiles_never_see_test_sentences(sib200: Path, tmp_path: Path) -> None:
    """Only n-grams of the train sentences are in the files written."""
    paths = write_profiles(sib200, tmp_path)
    assert [path.stem for path in paths] == [ADDED[code] for code in sorted(ADDED)]
    for path in paths:
        frequency = json.loads(path.read_text(encoding="utf-8"))["freq"]
        assert "a" in frequency
        assert "z" not in frequency


def test_same_sentences_give_the_same_bytes(sib200: Path, tmp_path: Path) -> None:
    """Building twice writes the very same files."""
    first = [path.read_bytes() for path in write_profiles(sib200, tmp_path)]
    assert first == [path.read_bytes() for path in write_profiles(sib200, tmp_path)]


def test_reads_one_split_of_our_languages(sib200: Path) -> None:
    """Other splits and other languages are left aside."""
    sentences = read_sentences(sib200, "test")
    assert sorted(sentences) == sorted(ADDED)
    assert sentences["amh_Ethi"] == ["zzzz " * 40]


def test_measures_whole_sentences_and_beginnings() -> None:
    """An answer counts as right by the code that stands for the set's code."""
    texts = ["x" * 100, "y" * 30]
    result = measure({"prs_Arab": texts}, lambda text: "fa" if len(text) > 60 else "ps")
    assert result == [Accuracy("prs_Arab", "fa", 2, whole=1, beginning=0)]


def test_table_ends_with_the_mean() -> None:
    """The last row is over all sentences."""
    table = accuracy_table([Accuracy("a", "xx", 100, 90, 50), Accuracy("b", "yy", 300, 300, 300)])
    assert table.splitlines()[-1] == "| **all** |  | 400 | 97.5 | 87.5 |"


def test_farsi_and_dari_are_one_language() -> None:
    """Detection answers `fa` for both."""
    assert OURS["pes_Arab"] == OURS["prs_Arab"] == "fa"


def test_unreadable_set_is_named(tmp_path: Path) -> None:
    """A file that is not xz is refused by name, also on the command line."""
    path = tmp_path / "data.jsonl.xz"
    path.write_bytes(b"not xz")
    with pytest.raises(InputError, match=r"data\.jsonl\.xz"):
        read_sentences(path, "test")
    result = CliRunner().invoke(main, ["--sib200", str(path), "--evaluate"])
    assert result.exit_code == 1
    assert "data.jsonl.xz" in result.output


def test_command_writes_and_evaluates(sib200: Path, tmp_path: Path) -> None:
    """One run can do both."""
    arguments = ["--sib200", str(sib200), "--output", str(tmp_path), "--evaluate"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    assert "ckb.json" in result.output
    assert "| **all** |" in result.output
