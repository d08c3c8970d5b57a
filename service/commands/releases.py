"""Commands about releases."""

import click

from model.artifact import Releases
from model.errors import ArtifactError
from service.commands.context import releases, tell_json


@click.group()
def models() -> None:
    """List, show, promote, roll back and compare releases."""


@models.command("list")
def list_releases() -> None:
    """List the releases kept, newest first; the served one is marked."""
    kept = releases()
    versions, current = kept.versions(), kept.current()
    for version in versions:
        click.echo(f"{'*' if version == current else ' '} {version}  {_line(kept, version)}")
    if not versions:
        click.echo(f"No release in {kept.root} yet; run `breakwater train` first")


@models.command()
@click.argument("version", required=False)
def show(version: str | None) -> None:
    """Show a release's manifest; the served one's by default."""
    release = releases().load(version)
    tell_json(dict(release.manifest))


@models.command()
@click.argument("version")
def promote(version: str) -> None:
    """Serve a release from now on."""
    releases().promote(version)
    click.echo(f"Serving {version}")


@models.command()
def rollback() -> None:
    """Return to the release that was served before."""
    click.echo(f"Serving {releases().rollback()}")


@models.command()
@click.argument("old")
@click.argument("new")
def diff(old: str, new: str) -> None:
    """Compare two releases, language by language."""
    ours, theirs = (releases().manifest(version)["metrics"] for version in (new, old))
    click.echo(f"{'':<8}{'recall at review':>24}{'average precision':>24}")
    for code in sorted(ours["languages"].keys() | theirs["languages"].keys()):
        cells = [_pair(theirs["languages"].get(code), ours["languages"].get(code), key) for key in _SHOWN]
        click.echo(f"{code:<8}" + "".join(f"{cell:>24}" for cell in cells))


def _line(kept: Releases, version: str) -> str:
    """Describe a release; a damaged one is said to be so and does not hide the others."""
    try:
        facts = kept.manifest(version)
    except ArtifactError as error:
        return f"damaged: {error}"
    precision = _figure(facts["metrics"], ("overall", "average_precision"))
    return f"{facts['created_at']}  {facts['examples']:>6} examples  AP {precision}"


_SHOWN = (("review", "recall"), ("average_precision",))


def _pair(old: object, new: object, keys: tuple[str, ...]) -> str:
    return f"{_figure(old, keys)} -> {_figure(new, keys)}"


def _figure(metrics: object, keys: tuple[str, ...]) -> str:
    for key in keys:
        metrics = metrics.get(key) if isinstance(metrics, dict) else None
    return "-" if metrics is None else f"{metrics:.3f}"
