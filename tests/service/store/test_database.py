"""Opening, migrating, and saying clearly why a database cannot be used."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, TextClause, text
from sqlalchemy.exc import IntegrityError

from model.errors import InputError, StoreUnavailable
from service.store.database import migrate, open_engine, place, read, write
from service.store.schema import metadata

ADD = text("INSERT INTO setup_tokens (digest) VALUES ('x')")


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url, busy_seconds=0.1)
    yield engine
    engine.dispose()


def _write(engine: Engine, *statements: TextClause) -> None:
    with write(engine) as connection:
        for statement in statements:
            connection.execute(statement)


def _write_and_fail(engine: Engine) -> None:
    with write(engine) as connection:
        connection.execute(ADD)
        raise ZeroDivisionError


def test_errors_do_not_quote_what_was_written(sqlite_engine: Engine) -> None:
    """Posts and digests stay out of the log when a statement fails."""
    add = text("INSERT INTO setup_tokens (digest) VALUES (:digest)").bindparams(digest="a kept secret")
    with pytest.raises(IntegrityError) as caught:
        _write(sqlite_engine, add, add)
    assert "secret" not in str(caught.value)


def test_migrations_lead_to_the_schema(engine: Engine) -> None:
    """The tables that the migrations make are those that the code works with."""
    with read(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    """A second start finds the schema and keeps the rows."""
    with write(engine) as connection:
        connection.execute(ADD)
    migrate(engine)
    with read(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM setup_tokens")) == 1


def test_processes_may_migrate_at_once(tmp_path: Path) -> None:
    """Several that start together on an empty database all find it migrated."""
    engines = [open_engine(f"sqlite:///{tmp_path / 'new.db'}") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    for engine in engines:
        engine.dispose()


def test_newer_schema_is_refused(sqlite_engine: Engine) -> None:
    """A database that a newer version migrated is not touched."""
    with write(sqlite_engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="newer Breakwater"):
        migrate(sqlite_engine)


def test_failed_write_leaves_nothing(engine: Engine) -> None:
    """An error inside a transaction takes all of it back."""
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(engine)
    with read(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM setup_tokens")) == 0


def test_locked_sqlite_is_named(sqlite_engine: Engine) -> None:
    """While another process holds the write lock, writing says which file is locked; reading works."""
    path = str(sqlite_engine.url.database)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=f"{path} is locked.*try again"), write(sqlite_engine):
            pass
        with read(sqlite_engine) as connection:
            assert connection.scalar(text("SELECT count(*) FROM cases")) == 0


def test_read_only_sqlite_is_named(sqlite_engine: Engine) -> None:
    """Writing to a read-only file says which one and what to do."""
    path = str(sqlite_engine.url.database)
    refused = pytest.raises(StoreUnavailable, match=f"{path} is read-only; let the account")
    with _engine(f"sqlite:///file:{path}?mode=ro&uri=true") as engine, refused:
        _write(engine, ADD)


def test_missing_sqlite_folder_is_made(tmp_path: Path) -> None:
    """The folder of the database is created; one that cannot be is named."""
    with _engine(f"sqlite:///{tmp_path}/a/b/queue.db") as engine:
        migrate(engine)
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=f"{tmp_path}/file/c"):
        open_engine(f"sqlite:///{tmp_path}/file/c/queue.db")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """A path that cannot be opened is named."""
    with (
        _engine(f"sqlite:///{tmp_path}") as engine,
        pytest.raises(StoreUnavailable, match="cannot be opened"),
    ):
        migrate(engine)


def test_foreign_file_is_no_database(tmp_path: Path) -> None:
    """A file of another kind is named and left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("dear diary, " * 100)
    with (
        _engine(f"sqlite:///{path}") as engine,
        pytest.raises(StoreUnavailable, match="not an SQLite database"),
    ):
        migrate(engine)
    assert path.read_text().startswith("dear diary")


def test_unmigrated_database_says_how(tmp_path: Path) -> None:
    """A database without tables tells how it gets them."""
    refused = pytest.raises(StoreUnavailable, match="breakwater serve")
    with _engine(f"sqlite:///{tmp_path / 'empty.db'}") as engine, refused, read(engine) as connection:
        connection.execute(text("SELECT * FROM cases"))


def test_read_only_postgresql_is_named(postgres_url: str) -> None:
    """A standby, or a server set to read-only, says so."""
    refused = pytest.raises(StoreUnavailable, match=r"is read-only.*primary")
    with _engine(postgres_url) as engine, refused:
        _write(engine, text("SET TRANSACTION READ ONLY"), ADD)


def test_absent_postgresql_is_named_without_its_password() -> None:
    """A server that does not answer is named; the password is not."""
    refused = pytest.raises(StoreUnavailable, match=r"the database queue at 127\.0\.0\.1 cannot be used")
    with _engine("postgres://ann:hush-hush@127.0.0.1:1/queue") as engine, refused as caught:
        migrate(engine)
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["queue.db", "sqlite://", "sqlite:///:memory:", "mysql://x/y", "", "postgresql+x://y"]
)
def test_unusable_url_is_an_input_error(url: str) -> None:
    """A URL that is none, or of a database that would not do, names the setting."""
    with pytest.raises(InputError, match="BREAKWATER_DATABASE_URL"):
        open_engine(url)


def test_place_names_file_or_server(engine: Engine) -> None:
    """Messages name the SQLite file or the PostgreSQL database."""
    assert str(engine.url.database) in place(engine)


def test_broken_rule_is_not_an_outage(engine: Engine) -> None:
    """A violated constraint is not mistaken for a database that is down."""
    with pytest.raises(IntegrityError):
        _write(engine, ADD, ADD)


def test_acknowledged_writes_survive_a_crash(sqlite_engine: Engine) -> None:
    """Every connection waits for the disk before it acknowledges, and the log is written ahead."""
    with read(sqlite_engine) as connection:
        modes = [
            connection.scalar(text(f"PRAGMA {name}"))
            for name in ("synchronous", "journal_mode", "foreign_keys")
        ]
    assert modes == [2, "wal", 1]
