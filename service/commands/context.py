"""What commands share: settings, the home folder, releases, and the parts that need the database."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from model.artifact import Releases
from model.errors import InputError
from service.app import build_services
from service.outputs import write_whole
from service.services import Services
from service.settings import Settings, read_settings


def settings() -> Settings:
    """Read the settings."""
    return read_settings()


def releases() -> Releases:
    """Give the folder of releases."""
    return Releases(settings().releases_path, settings().signing_key)


def make_home() -> None:
    """Make the home folder if it is missing; raises InputError if nothing can be kept there."""
    home = settings().home
    try:
        settings().releases_path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "name a folder that can be written to with BREAKWATER_HOME"
        raise InputError(f"the home folder {home} cannot be used: {error.strerror}; {advice}") from error


@contextmanager
def store() -> Iterator[Services]:
    """Open the database, migrated, for the time of a command."""
    make_home()
    parts = build_services(settings())
    try:
        yield parts
    finally:
        parts.engine.dispose()


def save(path: Path, content: bytes) -> None:
    """Write a file whole, or raise InputError that names it and leave what was there."""
    try:
        write_whole(path, lambda draft: draft.write_bytes(content))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def tell_json(answer: Any, indent: int | None = 2) -> None:
    """Print an object as JSON; lone surrogates, which UTF-8 cannot hold, become JSON escapes."""
    text = json.dumps(answer, ensure_ascii=False, indent=indent)
    click.echo(text.encode("utf-8", "backslashreplace"))


@contextmanager
def alone(work: str) -> Iterator[None]:
    """Do work that must not be done twice at once in one home; raises InputError if it is going on.

    The lock is the process's: it ends with it, however it ends.
    """
    home = settings().home
    with (home / f".{work}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"another `{work}` is going on in {home}; wait for it to end") from None
        yield
