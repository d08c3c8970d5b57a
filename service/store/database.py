"""Open the database, migrate it, and run transactions whose failures name it and say what to do."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from model.errors import InputError, StoreUnavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 5
# Any number will do, as long as every process that migrates waits for the same one.
_MIGRATION_LOCK = 4_711_001
_WRITE = "breakwater_write"
_READ_ONLY_SQLSTATE = "25006"
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
# Requests run in some forty threads; each may need a connection. Posts and digests are no matter for a log.
_POOL: Mapping[str, Any] = {"pool_size": 10, "max_overflow": 40, "hide_parameters": True}
_ADVICE = (
    ("locked", "is locked by another process; try again, and stop whatever keeps it open if that lasts"),
    ("readonly", "is read-only; let the account that runs Breakwater write to the file and its folder"),
    ("unable to open", "cannot be opened; check that its folder exists and may be written to"),
    ("not a database", "is not an SQLite database; move it away or restore it from a backup"),
    ("malformed", "is damaged; restore it from a backup"),
    ("full", "has no room left on its disk; free some"),
    ("no such table", "has no tables yet; start `breakwater serve` once, which creates them"),
)


def open_engine(url: str, busy_seconds: float = _BUSY_SECONDS) -> Engine:
    """Make the engine for a database URL without connecting yet.

    Raises InputError for a URL that cannot be used, StoreUnavailable if SQLite's folder cannot be made.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InputError(
            "BREAKWATER_DATABASE_URL is not a database URL such as sqlite:///var/queue.db"
        ) from None
    parsed = parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, busy_seconds)
    if parsed.drivername == "postgresql+psycopg":
        return _open_postgresql(parsed)
    raise InputError(
        f"BREAKWATER_DATABASE_URL: {parsed.drivername} is not supported; use sqlite or postgresql"
    )


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema; several processes may do so at once."""
    if engine.dialect.name == "sqlite":
        _use_write_ahead_log(engine)
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with write(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreUnavailable(
                f"{place(engine)} was made by a newer Breakwater; install that version ({error})"
            ) from error


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Run a transaction that only reads."""
    with _explained(engine), engine.begin() as connection:
        yield connection


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Run a transaction that writes; on SQLite it takes the one write lock at once.

    Taking the lock later could fail halfway, after another writer changed what was read.
    """
    with _explained(engine), engine.execution_options(**{_WRITE: True}).begin() as connection:
        yield connection


def inserting(connection: Connection, table: Table) -> Any:
    """Begin an INSERT that can say what to do ON CONFLICT; the two databases spell it alike."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def place(engine: Engine) -> str:
    """Name a database in messages, without its password."""
    if engine.dialect.name == "sqlite":
        return f"the database {engine.url.database}"
    return f"the database {engine.url.database or ''} at {engine.url.host or 'the local server'}"


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        if not _is_unavailable(cause):
            raise
        raise StoreUnavailable(_explanation(engine, cause)) from error
    except PoolTimeout as error:
        raise StoreUnavailable(f"{place(engine)} is busy: every connection is in use; try again") from error


def _is_unavailable(cause: Any) -> bool:
    """Tell a database that cannot serve from a broken rule or a mistake of ours."""
    if isinstance(cause, sqlite3.Error):
        return type(cause) in (sqlite3.OperationalError, sqlite3.DatabaseError)
    kinds = {kind.__name__ for kind in type(cause).__mro__}
    return bool(kinds & {"OperationalError", "InterfaceError", "UndefinedTable"}) or (
        getattr(cause, "sqlstate", None) == _READ_ONLY_SQLSTATE
    )


def _explanation(engine: Engine, cause: Any) -> str:
    message = str(cause).strip()
    if isinstance(cause, sqlite3.Error):
        advice = next((advice for sign, advice in _ADVICE if sign in message), f"failed: {message}")
        return f"{place(engine)} {advice}"
    if getattr(cause, "sqlstate", None) == _READ_ONLY_SQLSTATE:
        return f"{place(engine)} is read-only; point BREAKWATER_DATABASE_URL at the primary server"
    return (
        f"{place(engine)} cannot be used now: {message.splitlines()[0] if message else type(cause).__name__}"
    )


def _open_sqlite(url: URL, busy_seconds: float) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise InputError(
            "BREAKWATER_DATABASE_URL: an in-memory SQLite database would lose the queue; name a file"
        )
    path = Path(str(url.database).removeprefix("file:"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"the folder {path.parent} cannot be made: {error.strerror}") from error
    engine = create_engine(url, connect_args={"timeout": busy_seconds}, **_POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _open_postgresql(url: URL) -> Engine:
    options = {"connect_timeout": 5, "options": f"-c lock_timeout={_BUSY_SECONDS}s -c timezone=UTC"}
    return create_engine(url, connect_args=options, pool_pre_ping=True, **_POOL)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Python's driver would begin transactions by itself, and later than we need; _begin_sqlite does it.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # What is acknowledged must survive a power cut, not only a crash of the process.
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_write_ahead_log(engine: Engine) -> None:
    """Let readers and the writer work side by side; the file remembers the mode."""
    with _explained(engine):
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        finally:
            connection.close()
