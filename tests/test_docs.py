"""The documents say what is there: settings, commands, routes, links, and the README's own example."""

import json
import re
from pathlib import Path

import click
import pytest
from fastapi import FastAPI

from model.artifact import Release
from service.answers import explanation_answer
from service.api.router import api_router
from service.cli import commands
from service.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def read(name: str) -> str:
    """Read a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_is_documented_as_it_is() -> None:
    """The table lists each variable with its description, and no other."""
    table = read("docs/settings.md")
    for name, field in Settings.model_fields.items():
        assert f"`{PREFIX}{name.upper()}`" in table
        assert str(field.description) in table
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}\w+", table)) == known


def test_every_key_is_in_the_help() -> None:
    """The page that `?` opens names each letter that does something."""
    templates = [path.read_text(encoding="utf-8") for path in (ROOT / "service/templates").glob("*.html")]
    keys = set(re.findall(r'data-key="([a-z])"', "".join(templates)))
    assert keys <= set(re.findall(r"<kbd>([a-z])</kbd>", read("service/templates/help.html")))


def test_every_command_is_documented() -> None:
    """Each verb has its row, and each sub-verb is named there."""
    table = read("docs/commands.md")
    for name, command in commands.commands.items():
        assert re.search(rf"^\| .*`{name}\b", table, re.MULTILINE), name
        inner = command.commands if isinstance(command, click.Group) else {}
        assert all(verb in table for verb in inner), name


def test_every_route_is_documented() -> None:
    """Each path of the interface stands in its page."""
    app = FastAPI()
    app.include_router(api_router())
    page = read("docs/http.md")
    for path in app.openapi()["paths"]:
        named = [part for part in path.split("/") if part and not part.startswith("{")]
        assert f"/{named[-1]}" in page, path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Relative links and images exist."""
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_readmes_answer_has_the_real_keys(release: Release) -> None:
    """The README shows a request and its answer; the answer is of the shape that the service gives."""
    block = re.search(r"```json\n(\{.*?\})\n```", read("README.md"), re.DOTALL)
    assert block
    shown = json.loads(block.group(1))
    text = "Two places left for Thursday night"
    real = {"id": "1"} | explanation_answer(release.scorer.explain(text), text)
    assert shown.keys() <= real.keys()
    assert shown["evidence"][0].keys() == real["evidence"][0].keys()


def test_the_changelog_names_this_version() -> None:
    """A release has its entry."""
    version = re.search(r'^version = "(.+)"', read("pyproject.toml"), re.MULTILINE)
    assert version
    assert f"## {version.group(1)}" in read("CHANGELOG.md")
