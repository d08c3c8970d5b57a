"""Releases are listed, shown, compared, promoted and rolled back, damaged ones named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from model.artifact import Release, Releases

Run = Callable[..., Result]
Refused = Callable[..., str]


@pytest.fixture(name="other")
def _other(home: Path, release: Release, copy_as_other: Callable[..., str]) -> Path:
    """A second sound release beside the served one, a little worse, without Arabic."""

    def worsen(metrics: Any) -> None:
        metrics["languages"]["en"]["review"]["recall"] = 0.125
        del metrics["languages"]["ar"]

    return home / "releases" / str(copy_as_other(home / "releases", release.version, worsen))


def test_releases_are_listed(run: Run, other: Path, release: Release) -> None:
    """The served one is marked."""
    lines = run("models", "list").stdout.splitlines()
    assert {line[:14].strip() for line in lines} == {f"* {release.version}", other.name}
    examples = f"{release.manifest['examples']} examples  AP 0."
    assert all(examples in line for line in lines)


def test_a_damaged_release_does_not_hide_the_others(run: Run, other: Path, release: Release) -> None:
    """The file is named."""
    (other / "scorer" / "idf.npy").write_bytes(b"")
    result = run("models", "list")
    (damaged,) = (line for line in result.stdout.splitlines() if other.name in line[:14])
    assert result.exit_code == 0
    assert f"damaged: {other / 'scorer' / 'idf.npy'} was altered" in damaged
    assert f"* {release.version}" in result.stdout


def test_before_the_first_release_the_list_says_what_to_do(run: Run, home: Path) -> None:
    """Instead of nothing."""
    shutil.rmtree(home / "releases")
    result = run("models", "list")
    assert result.stdout == f"No release in {home / 'releases'} yet; run `breakwater train` first\n"


def test_a_release_is_shown(run: Run, other: Path, release: Release) -> None:
    """Its manifest, the served one's by default."""
    assert json.loads(run("models", "show").stdout)["version"] == release.version
    assert json.loads(run("models", "show", other.name).stdout)["version"] == other.name


def test_releases_are_promoted_and_rolled_back(run: Run, other: Path, home: Path, release: Release) -> None:
    """The pointer moves, there and back."""
    kept = Releases(home / "releases")
    assert run("models", "promote", other.name).stdout == f"Serving {other.name}\n"
    assert kept.current() == other.name
    assert run("models", "rollback").stdout == f"Serving {release.version}\n"
    assert kept.current() == release.version


def test_releases_are_compared(run: Run, other: Path, release: Release) -> None:
    """Language by language; what one of them lacks is a dash."""
    lines = run("models", "diff", other.name, release.version).stdout.splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    recall = release.manifest["metrics"]["languages"]["en"]["review"]["recall"]
    assert rows["en"][:3] == ["0.125", "->", f"{recall:.3f}"]
    assert (rows["ar"][0], rows["ar"][3]) == ("-", "-")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "nothing"), "no release 'nothing'"),
        (("promote", "../x"), "no release '../x'"),
        (("diff", "nothing", "nothing"), "no release 'nothing'"),
        (("rollback",), "there is no earlier release to roll back to"),
    ],
)
@pytest.mark.usefixtures("other")
def test_releases_that_are_not_there_are_named(
    refused: Refused, arguments: tuple[str, ...], message: str
) -> None:
    """In one line."""
    assert message in refused("models", *arguments)


def test_a_tampered_release_is_not_promoted(
    refused: Refused, other: Path, home: Path, release: Release
) -> None:
    """What is served stays served."""
    card = other / "card.html"
    card.write_text("<p>better</p>")
    message = refused("models", "promote", other.name)
    assert message == f"{card} was altered (digest differs); restore it or roll back"
    assert Releases(home / "releases").current() == release.version


def test_a_pointer_that_is_none_is_named(refused: Refused, home: Path) -> None:
    """Bytes that are no text in the place of versions."""
    (home / "releases" / "current").write_bytes(b"\xff\xfe")
    for command in (("models", "list"), ("models", "show"), ("score", "a boat tonight")):
        assert refused(*command).startswith(f"{home / 'releases' / 'current'} cannot be read; remove it")


def test_an_unsigned_release_is_refused_with_a_key(refused: Refused, variables: dict[str, str]) -> None:
    """A signing key in the settings demands signatures."""
    variables["BREAKWATER_SIGNING_KEY"] = "secret"
    assert "is not signed, and a signing key is set" in refused("models", "show")
