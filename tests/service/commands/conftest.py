"""Shared by the tests of commands: a home folder with a release, commands here and in their own process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from model.artifact import Release
from model.records import Act, Band, Post
from service.app import build_services
from service.cli import commands
from service.records import Principal, QueueFilter, Role
from service.scopes import OF_ROLE
from service.services import Services
from service.settings import Settings

ROOT = Path(__file__).parent.parent.parent.parent
Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(name="home")
def _home(release_root: Path, tmp_path: Path) -> Path:
    """A home folder with one served release, for a test to use and to spoil."""
    home = tmp_path / "home"
    shutil.copytree(release_root, home / "releases")
    return home


@pytest.fixture(name="variables")
def _variables(home: Path, small_data: Path) -> dict[str, str]:
    """The settings of every command that a test runs; a test may add to them."""
    return {"BREAKWATER_HOME": str(home), "BREAKWATER_DATA": str(small_data)}


@pytest.fixture(name="run")
def _run(variables: dict[str, str]) -> Run:
    """Run a command in this process: fast, and measured by coverage."""

    def run(*arguments: object, **more: Any) -> Result:
        return CliRunner().invoke(commands, [str(one) for one in arguments], env=variables, **more)

    return run


@pytest.fixture(name="refused")
def _refused(run: Run) -> Callable[..., str]:
    """Run a command that must fail in order: exit status 1, one line that says why, nothing else."""

    def refused(*arguments: object, **more: Any) -> str:
        result = run(*arguments, **more)
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == 1, result.output
        (line,) = result.stderr.strip().splitlines()
        assert line.startswith("Error: ")
        return line.removeprefix("Error: ")

    return refused


@pytest.fixture(name="start")
def _start(variables: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start `python -m service` as a process group of its own; whatever is left at the end is stopped."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: object, **more: Any) -> "subprocess.Popen[bytes]":
        environment = os.environ | variables | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "service", *map(str, arguments)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, start_new_session=True, **pipes)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture(name="parts")
def _parts(home: Path) -> Iterator[Services]:
    """The queue and accounts of the home folder, beside the commands."""
    parts = build_services(Settings(home=home))
    yield parts
    parts.engine.dispose()


@pytest.fixture(name="moderator")
def _moderator() -> Principal:
    return Principal("ann", 1, Role.MODERATOR, OF_ROLE[Role.MODERATOR])


@pytest.fixture(name="waiting")
def _waiting(parts: Services) -> Callable[[], list[str]]:
    """List the texts of the cases in the queue."""
    return lambda: sorted(case.post.text for case in parts.triage.queue(QueueFilter(), limit=10_000))


@pytest.fixture(name="decided")
def _decided(parts: Services, moderator: Principal, release: Release) -> str:
    """The text of one post that was routed and decided."""
    text = "Boat leaves Friday, two seats left, pay when you arrive, write me"
    told = replace(release.scorer.explain(text), score=replace(release.scorer.score(text), band=Band.HIGH))
    parts.triage.submit([(Post(text), told)])
    claimed = parts.triage.claim(moderator, QueueFilter())
    assert claimed
    parts.triage.decide(claimed[0].id, claimed[1].token, Act.OFFER, "sells_passage")
    return text
