"""The queue from the command line: labels go out, the project's own examples come in."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Refused = Callable[..., str]


@pytest.fixture(name="demo_data")
def _demo_data(tmp_path: Path, small_data: Path, variables: dict[str, str]) -> Path:
    """A folder with few examples for the demo."""
    folder = tmp_path / "demo"
    folder.mkdir()
    lines = (small_data / "en.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "en.jsonl").write_bytes(b"".join(lines[:30]))
    (folder / "ar.jsonl").write_bytes(b"\n" + b"".join(lines[30:40]))
    variables["BREAKWATER_DATA"] = str(folder)
    return folder


@pytest.mark.usefixtures("demo_data")
def test_the_demo_fills_the_queue_once(run: Run, waiting: Callable[[], list[str]]) -> None:
    """A second run adds no case; the counts are told."""
    first, again = run("demo"), run("demo")
    routed = len(waiting())
    assert routed > 0
    assert first.stdout.startswith(f"40 posts scored, {routed} routed, {routed} new cases\n")
    assert again.stdout.startswith(f"40 posts scored, {routed} routed, 0 new cases\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"nonsense", "not JSON"),
        (b'{"id": "1"}', "text: a post needs its text"),
        (b'{"id": "1", "text": " "}', "text is empty"),
        (b'{"id": "1", "text": "\xff"}', "not UTF-8"),
        (b'{"id": [], "text": "x"}', "id: must be a string"),
    ],
)
def test_a_bad_example_is_named_and_nothing_is_queued(
    refused: Refused, demo_data: Path, waiting: Callable[[], list[str]], line: bytes, message: str
) -> None:
    """With its file and line."""
    (demo_data / "xx.jsonl").write_bytes(b'{"id": "0", "text": "x"}\n' + line)
    assert refused("demo").startswith(f"{demo_data / 'xx.jsonl'}:2: {message}")
    assert waiting() == []


def test_a_demo_without_examples_or_release_says_so(
    refused: Refused, demo_data: Path, home: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    """The folder is named, and the command that trains."""
    (demo_data / "xx.jsonl").mkdir()
    assert refused("demo").startswith(f"{demo_data / 'xx.jsonl'}: Is a directory")
    (demo_data / "xx.jsonl").rmdir()
    shutil.rmtree(home / "releases")
    assert "run `breakwater train` first" in refused("demo")
    variables["BREAKWATER_DATA"] = str(tmp_path)
    assert refused("demo") == f"{tmp_path} holds no examples; name their folder with BREAKWATER_DATA"


def test_labels_are_exported(run: Run, decided: str, tmp_path: Path) -> None:
    """To the standard output or into a file, the same lines."""
    (label,) = (json.loads(line) for line in run("export", "labels").stdout.splitlines())
    assert (label["text"], label["label"], label["act"]) == (decided, "advert", "offer")
    result = run("export", "labels", "--output", tmp_path / "labels.jsonl")
    assert result.stdout == f"1 labels written to {tmp_path / 'labels.jsonl'}\n"
    assert json.loads((tmp_path / "labels.jsonl").read_bytes()) == label


@pytest.mark.parametrize("name", ["folder", "missing/labels.jsonl"])
def test_an_export_that_cannot_be_written_is_named(refused: Refused, tmp_path: Path, name: str) -> None:
    """And leaves no draft."""
    (tmp_path / "folder").mkdir()
    message = refused("export", "labels", "--output", tmp_path / name)
    assert message.startswith(f"{tmp_path / name} cannot be written: ")
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_read_only_database_is_named(refused: Refused, home: Path, variables: dict[str, str]) -> None:
    """With what to do; nothing in it changes."""
    database = home / "breakwater.db"
    with closing(sqlite3.connect(database)) as made:
        made.execute("CREATE TABLE mine (x)")
    before = database.read_bytes()
    variables["BREAKWATER_DATABASE_URL"] = f"sqlite:///file:{database}?mode=ro&uri=true"
    message = refused("user", "list")
    assert "is read-only; let the account that runs Breakwater write" in message
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "is not a database URL such as"),
        ("mysql://host/queue", "is not supported; use sqlite or postgresql"),
        ("sqlite://", "an in-memory SQLite database would lose the queue"),
        ("postgresql://127.0.0.1:1/queue", "the database queue at 127.0.0.1 cannot be used now"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(
    refused: Refused, variables: dict[str, str], url: str, message: str
) -> None:
    """By variable or by place, never by a traceback."""
    variables["BREAKWATER_DATABASE_URL"] = url
    assert message in refused("user", "list")
