"""Settings from the environment."""

from pathlib import Path

import pytest

from model.errors import InputError
from service.settings import PREFIX, Settings, read_settings


@pytest.fixture(name="bare", autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_everything_has_a_default() -> None:
    """Without any variable the service runs on loopback, in ./var, on SQLite."""
    settings = read_settings()
    assert (settings.host, settings.port, settings.home) == ("127.0.0.1", 8000, Path("var"))
    assert settings.database_url == "sqlite:///var/breakwater.db"
    assert settings.releases_path == Path("var/releases")


def test_the_database_follows_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another home takes the database along, unless it is set itself; empty variables count as unset."""
    monkeypatch.setenv("BREAKWATER_HOME", "/data")
    monkeypatch.setenv("BREAKWATER_SIGNING_KEY", "")
    assert read_settings().database_url == "sqlite:////data/breakwater.db"
    assert read_settings().signing_key is None
    monkeypatch.setenv("BREAKWATER_DATABASE_URL", "postgresql://db/queue")
    assert read_settings().database_url == "postgresql://db/queue"


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("LEASE_SECONDS", "0"), ("SECURE_COOKIES", "perhaps")]
)
def test_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The complaint names the variable and its value."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(InputError, match=f"BREAKWATER_{name}={value}: "):
        read_settings()


def test_secrets_are_not_shown() -> None:
    """Settings can be logged: keys and the database's password are left out."""
    shown = repr(Settings(signing_key="hush-hush", database_url="postgresql://a:hush-hush@b/c"))
    assert "hush" not in shown


def test_every_setting_is_described() -> None:
    """Each setting says what it is for, in one sentence."""
    assert all((field.description or "").endswith(".") for field in Settings.model_fields.values())
