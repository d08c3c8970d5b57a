"""Read the settings: environment variables BREAKWATER_*, all optional, read here and nowhere else."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from model.errors import InputError

PREFIX = "BREAKWATER_"


def _default_database(values: dict[str, Any]) -> str:
    return f"sqlite:///{values.get('home', Path('var')) / 'breakwater.db'}"


class Settings(BaseSettings):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    home: Path = Field(default=Path("var"), description="The folder for releases and the SQLite database.")
    data: Path = Field(default=Path("datasets"), description="The folder of labelled examples to train on.")
    database_url: str = Field(
        default_factory=_default_database,
        repr=False,
        description="The database: sqlite:///FILE or postgresql://...; a file in the home folder by default.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=1, le=65_535, description="The port to listen on.")
    signing_key: str | None = Field(
        default=None, repr=False, description="Signs releases; when set, unsigned ones are refused."
    )
    secure_cookies: bool = Field(default=False, description="Send cookies over HTTPS only.")
    trusted_proxies: str | None = Field(
        default=None,
        description="Addresses of proxies whose X-Forwarded-For is believed, set apart by commas.",
    )
    session_hours: int = Field(default=12, ge=1, le=720, description="How long a sign-in lasts.")
    lease_seconds: int = Field(default=900, ge=10, le=86_400, description="How long a claim holds a case.")
    undo_seconds: int = Field(default=600, ge=0, le=86_400, description="How long a decision can be undone.")
    max_body_bytes: int = Field(default=2_000_000, ge=1_000, description="The largest request body taken.")
    max_batch: int = Field(default=1000, ge=1, le=10_000, description="The most posts taken in one request.")

    @property
    def releases_path(self) -> Path:
        """The folder of releases."""
        return self.home / "releases"


def read_settings() -> Settings:
    """Read the settings from the environment; raises InputError naming the variable that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise InputError("; ".join(_complaint(wrong) for wrong in error.errors())) from None


def _complaint(wrong: Any) -> str:
    name = "_".join(str(part) for part in wrong["loc"]).upper()
    return f"{PREFIX}{name}={wrong['input']}: {wrong['msg'][:1].lower()}{wrong['msg'][1:]}"
