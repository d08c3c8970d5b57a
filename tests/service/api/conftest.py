"""The whole application over SQLite, with a real release, people of three roles and a key of each scope."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from model.records import Band, Post
from service.app import create_app
from service.records import Role
from service.scopes import PERSONAL, SCOPES
from service.services import Services
from service.settings import Settings
from service.triage import Triage

PASSWORD = "nine green harbours"
ADVERT = "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"
HARMLESS = "Grandmother baked two loaves this morning and the whole kitchen smells of cinnamon and butter"
PEOPLE = {"adan": Role.ADMIN, "lena": Role.LEAD, "mira": Role.MODERATOR, "nils": Role.MODERATOR}


@dataclass(frozen=True, slots=True)
class Api:
    """The application, called as somebody: by the scope of a key, by a person's name, or as `None`."""

    app: FastAPI
    client: TestClient
    secrets: Mapping[str, str]
    advert: str = ADVERT
    harmless: str = HARMLESS
    password: str = PASSWORD

    @property
    def parts(self) -> Services:
        """What the application is built from."""
        parts: Services = self.app.state.services
        return parts

    def headers(self, who: str | None) -> dict[str, str]:
        """Authorise a request."""
        return {"Authorization": f"Bearer {self.secrets[who]}"} if who else {}

    def get(self, path: str, who: str | None = "read", **options: Any) -> Any:
        """GET a path."""
        return self.client.get(path, headers=self.headers(who), **options)

    def post(self, path: str, body: Any = None, who: str | None = "adan", **headers: str) -> Any:
        """POST a value as JSON, or bytes as they are; `Idempotency_Key` becomes that header."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"Content-Type": "application/json"} | self.headers(who) | more
        return self.client.post(path, content=content, headers=own)

    def queued(self, text: str = ADVERT, band: Band = Band.HIGH, **fields: str) -> int:
        """Put a post into the queue as if scored in a band."""
        explained = self.parts.live.get().scorer.explain(text)
        explained = replace(explained, score=replace(explained.score, band=band))
        case_id = self.parts.triage.submit([(Post(text, **fields), explained)])[0].case_id
        assert case_id is not None
        return case_id

    def claimed(self, who: str = "mira", **fields: str) -> tuple[int, str]:
        """Queue a post, claim its case and return its number and the claim's token."""
        case_id = self.queued(**fields)
        claim = self.post(f"/v1/cases/{case_id}/claim", who=who).json()["claim"]
        return case_id, claim["token"]

    def tell_time(self, clock: Any) -> None:
        """Let the queue go by another clock."""
        triage = Triage(self.parts.engine, self.parts.settings, clock)
        self.app.state.services = replace(self.parts, triage=triage)

    def move_to(self, engine: Engine) -> None:
        """Let requests work with another engine, on the same database or elsewhere."""
        parts = replace(self.parts, engine=engine, triage=Triage(engine, self.parts.settings))
        self.app.state.services = parts

    def counted(self, name: str, **labels: str) -> float:
        """Read a counter."""
        return self.parts.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture(name="template", scope="session")
def _template(release_root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A home folder with people and keys, made once and copied for each test."""
    home = tmp_path_factory.mktemp("home")
    app = create_app(Settings(home=home))
    accounts = app.state.services.accounts
    secrets = {}
    for name, role in PEOPLE.items():
        accounts.create_user(name, role, PASSWORD)
        secrets[name] = accounts.create_key(f"key of {name}", SCOPES, name)
    for scope in sorted(SCOPES):
        secrets[scope] = accounts.create_key(scope, [scope], "adan" if scope in PERSONAL else None)
    app.state.services.engine.dispose()
    shutil.copytree(release_root, home / "releases", dirs_exist_ok=True)
    return home, secrets


@pytest.fixture(name="build")
def _build(template: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Callable[..., Api]]:
    """Make the application, with other settings than the usual if wanted."""
    homes, clients = tmp_path / "homes", []

    def build(**settings: Any) -> Api:
        home = homes / str(len(clients))
        shutil.copytree(template[0], home)
        app = create_app(Settings(home=home, **settings))
        clients.append(TestClient(app))
        return Api(app, clients[-1].__enter__(), template[1])

    yield build
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture(name="api")
def _api(build: Callable[..., Api]) -> Api:
    return build()


@pytest.fixture(name="shared_api", scope="session")
def _shared_api(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """One application for tests that send much and look at nothing but the answers."""
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(template[0], home)
    app = create_app(Settings(home=home))
    with TestClient(app) as client:
        yield Api(app, client, template[1])


@pytest.fixture(name="signed_in")
def _signed_in(api: Api) -> dict[str, str]:
    """The headers of Mira's browser: her session cookie and, for writes, its CSRF token."""
    token = api.parts.accounts.sign_in("mira", PASSWORD, "test")[1]
    csrf = api.parts.accounts.session(token).csrf
    return {"Cookie": f"breakwater_session={token}", "X-CSRF-Token": csrf}


@pytest.fixture(name="problem")
def _problem() -> Callable[..., dict[str, Any]]:
    """Check that an answer is a problem as RFC 9457 wants it, and return it."""

    def check(answer: Any, status: int, kind: str, *words: str) -> dict[str, Any]:
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        found: dict[str, Any] = answer.json()
        assert (found["status"], found["type"]) == (status, f"urn:breakwater:{kind}")
        assert all(word in found["detail"] for word in words), found["detail"]
        if status in (429, 503):
            assert int(answer.headers["Retry-After"]) > 0
        return found

    return check
