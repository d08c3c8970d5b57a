"""What commands share: settings, releases, and the parts that need the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from model.artifact import Releases
from service.app import build_services
from service.services import Services
from service.settings import Settings, read_settings


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read the settings once for a command."""
    return read_settings()


def releases() -> Releases:
    """Give the folder of releases."""
    return Releases(settings().releases_path, settings().signing_key)


@contextmanager
def store() -> Iterator[Services]:
    """Open the database, migrated, for the time of a command."""
    parts = build_services(settings())
    try:
        yield parts
    finally:
        parts.engine.dispose()
