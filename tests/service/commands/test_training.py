"""Training, retraining and measuring from the command line: exit codes, progress, and what was wrong."""

import fcntl
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from model.artifact import Release, Releases
from model.lines import format_object
from service.services import Services
from service.store.jobs import Jobs
from training.fit import FitConfig

Run = Callable[..., Result]
Refused = Callable[..., str]
EXAMPLE = {
    "id": "x-1",
    "text": "One place",
    "language": "en",
    "label": "advert",
    "act": "offer",
    "service": ["sea"],
}


def _write(path: Path, *rows: dict[str, Any] | bytes) -> Path:
    path.write_bytes(b"".join(row if isinstance(row, bytes) else format_object(row) for row in rows))
    return path


@pytest.fixture(name="unbeatable")
def _unbeatable(home: Path, release: Release) -> str:
    """Make the served release so good that nothing passes the gate beside it."""
    path = home / "releases" / release.version / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["metrics"]["overall"]["average_precision"] = 1.0
    path.write_text(json.dumps(manifest))
    return release.version


# --- train ---


def test_training_makes_and_serves_a_release(
    run: Run, home: Path, tiny_data: Path, variables: dict[str, str]
) -> None:
    """From the folder that the settings name; steps are told on stderr, figures on stdout; status 0."""
    shutil.rmtree(home / "releases")
    variables["BREAKWATER_DATA"] = str(tiny_data)
    result = run("train")
    version = Releases(home / "releases").current()
    assert result.exit_code == 0, result.output
    assert [line.split()[0] for line in result.stderr.splitlines()] == [
        "Read",
        "Predicting",
        *["Predicted"] * FitConfig().folds,
        "Fitting",
        "Measuring",
    ]
    assert f"Release {version}: promoted" in result.stdout
    assert {line.split()[0] for line in result.stdout.splitlines() if line} >= {"en", "all", "offer"}


def test_a_refused_candidate_has_status_4(run: Run, home: Path, tiny_data: Path, unbeatable: str) -> None:
    """The reasons are told and the served release stays."""
    result = run("train", "--data", tiny_data)
    assert result.exit_code == 4
    assert ": kept, not promoted\n  the gate compared: average precision 1.000 -> " in result.stdout
    assert "\n  the gate objects: average precision fell by" in result.stdout
    assert Releases(home / "releases").current() == unbeatable


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--background", b'{"text": "tea"}\n{"text": 5}\n', "{path}:2: `text` must be a string"),
        ("--background", b'{"text": "tea"}\n{"text": "\xff"}\n', "{path}:2: not UTF-8"),
        ("--background", b"tea\n", "{path}:1: not JSON"),
        ("--extra", format_object(EXAMPLE | {"act": "sell"}), "{path}:1: unknown act 'sell'"),
        ("--extra", format_object(EXAMPLE) * 2, "{path}:2: id 'x-1' is taken already by {path}:1"),
    ],
)
def test_a_bad_line_is_named_before_training(
    refused: Refused, tiny_data: Path, tmp_path: Path, option: str, content: bytes, message: str
) -> None:
    """With its file and number, in one line."""
    path = _write(tmp_path / "more.jsonl", content)
    assert refused("train", "--data", tiny_data, option, path).startswith(message.format(path=path))


def test_data_without_an_act_name_it(run: Run, tiny_data: Path, tmp_path: Path) -> None:
    """And every service that no advert sells."""
    shutil.copytree(tiny_data / "background", tmp_path / "data" / "background")
    _write(tmp_path / "data" / "en.jsonl", EXAMPLE)
    result = run("train", "--data", tmp_path / "data")
    progress, message = result.stderr.splitlines()
    assert (result.exit_code, progress.split()[:2]) == (1, ["Read", "1"])
    assert message.startswith("Error: the training data has no telling example of: recruit, ask, inform")
    assert message.endswith(", payment")


def test_files_that_are_not_there_are_usage_errors(run: Run, tmp_path: Path) -> None:
    """Status 2, with the option and the path."""
    for command, option in (("train", "--data"), ("train", "--background"), ("evaluate", "--data")):
        result = run(command, option, tmp_path / "gone")
        assert result.exit_code == 2
        assert f"Path '{tmp_path / 'gone'}' does not exist" in " ".join(result.stderr.split())


# --- retrain ---


@pytest.mark.usefixtures("decided")
def test_retraining_learns_a_label_once(run: Run, home: Path, tiny_data: Path) -> None:
    """Status 0 for a promoted candidate, then 5: nothing to do."""
    shutil.rmtree(home / "releases")
    result = run("retrain", "--data", tiny_data)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("1 new labels from reviewers\n")
    manifest = Releases(home / "releases").load().manifest
    assert len(manifest["reviewed"]) == 1
    again = run("retrain", "--data", tiny_data)
    assert (again.exit_code, again.stdout) == (5, "Nothing to do: 0 new labels, 1 wanted\n")


@pytest.mark.usefixtures("decided")
def test_too_few_new_labels_are_nothing_to_do(run: Run, home: Path, release: Release) -> None:
    """Status 5, and the served release stays."""
    result = run("retrain", "--min-new-labels", 2)
    assert (result.exit_code, result.stdout) == (5, "Nothing to do: 1 new labels, 2 wanted\n")
    assert Releases(home / "releases").current() == release.version


@pytest.mark.usefixtures("decided")
def test_a_refused_retraining_has_status_4_and_is_recorded(
    run: Run, tiny_data: Path, parts: Services, unbeatable: str
) -> None:
    """The job that asked for it holds the reasons."""
    job = Jobs(parts.engine).add("retrain", "ann")
    result = run("retrain", "--data", tiny_data, "--job", job.id)
    done = Jobs(parts.engine).find(job.id)
    assert (result.exit_code, done.state) == (4, "done")
    assert done.result
    assert (done.result["outcome"], done.result["new_labels"]) == ("refused", 1)
    assert any(reason.startswith("average precision fell") for reason in done.result["reasons"])
    assert parts.live.get().version == unbeatable


@pytest.mark.usefixtures("decided")
def test_a_failed_retraining_is_recorded(refused: Refused, run: Run, tmp_path: Path, parts: Services) -> None:
    """A job cannot be answered twice, and one that is not there is named."""
    job = Jobs(parts.engine).add("retrain", "ann")
    message = refused("retrain", "--data", tmp_path, "--job", job.id)
    done = Jobs(parts.engine).find(job.id)
    assert message == f"{tmp_path} holds no <language>.jsonl to train on"
    assert (done.state, done.result) == ("failed", {"outcome": "failed", "detail": message})
    assert f"job {job.id} is failed already" in refused("retrain", "--job", job.id)
    assert "there is no job 99" in refused("retrain", "--job", 99)
    assert run("retrain", "--min-new-labels", 9).exit_code == 5


# --- evaluate ---


def test_a_release_is_measured(run: Run, small_data: Path, tmp_path: Path, release: Release) -> None:
    """A table for people, JSON for machines, a page with charts."""
    files = ("--json", tmp_path / "m.json", "--report", tmp_path / "report")
    result = run("evaluate", "--data", small_data / "en.jsonl", "--data", small_data / "ar.jsonl", *files)
    metrics = json.loads((tmp_path / "m.json").read_bytes())
    assert (result.exit_code, metrics["release"]) == (0, release.version)
    assert list(metrics["languages"]) == ["ar", "en"]
    assert f"{metrics['overall']['average_precision']:.3f}" in result.stdout
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert release.version in page


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no labelled posts to measure on"),
        (b"\n{]\n", ":2: not JSON"),
        (b'{"text": "x"}\n', ":1: `id` is missing"),
        (format_object(EXAMPLE | {"text": "x" * 50_001}), "example 'x-1': text has 50,001 characters"),
        (format_object(EXAMPLE) + b'{"text": "\xff"}', ":2: not UTF-8"),
    ],
)
def test_bad_labelled_posts_are_named(run: Run, tmp_path: Path, content: bytes, message: str) -> None:
    """With the file, and the line or the example; every problem has a line."""
    path = _write(tmp_path / "posts.jsonl", content)
    result = run("evaluate", "--data", path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "posts.jsonl" in result.stderr
    assert message in result.stderr


def test_reports_that_cannot_be_written_are_named(refused: Refused, small_data: Path, tmp_path: Path) -> None:
    """After the table is shown; an earlier file is left alone."""
    data = ("evaluate", "--data", small_data / "en.jsonl")
    taken = _write(tmp_path / "taken", b"mine")
    message = refused(*data, "--json", tmp_path / "gone" / "m.json")
    assert message == f"{tmp_path / 'gone' / 'm.json'} cannot be written: No such file or directory"
    assert refused(*data, "--report", taken) == f"{taken}: File exists"
    assert taken.read_bytes() == b"mine"


def test_only_one_training_runs_in_a_home(refused: Callable[..., str], home: Path) -> None:
    """The second is told to wait; the lock of a process that died holds nobody up."""
    with (home / ".train.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another `train` is going on" in refused("train")
