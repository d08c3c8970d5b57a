"""A real server and a real browser for the page tests."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from model.records import Act, Band, Post
from service.app import create_app
from service.records import Role
from service.services import Services
from service.settings import Settings

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PASSWORD = "nine green harbours"
ADVERT = "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"
DATABASE = "queue.db"
SIZES = {"phone": {"width": 360, "height": 740}, "wide": {"width": 1280, "height": 800}}


@dataclass(frozen=True, slots=True)
class Site:
    """A running service with four people: admin, lead, moderator, auditor."""

    url: str
    app: FastAPI
    password: str = PASSWORD
    advert: str = ADVERT

    @property
    def parts(self) -> Services:
        """What the running service is built from."""
        parts: Services = self.app.state.services
        return parts

    def submit(self, text: str = ADVERT, band: Band = Band.HIGH, act: Act = Act.OFFER, **fields: str) -> int:
        """Put a post into the queue as if scored in a band."""
        explained = self.parts.live.get().scorer.explain(text)
        score = replace(explained.score, band=band, act=act)
        routed = self.parts.triage.submit([(Post(text, **fields), replace(explained, score=score))])
        assert routed[0].case_id is not None
        return routed[0].case_id

    def token(self, name: str) -> str:
        """Sign a person in without the form."""
        return self.parts.accounts.sign_in(name, PASSWORD, "test")[1]

    def take_over(self, name: str, case_id: int) -> None:
        """Claim a case anew for its own holder, which voids the token in their browser."""
        principal = self.parts.accounts.session(self.token(name)).principal
        self.parts.triage.claim_case(principal, case_id)


# Playwright keeps an event loop running while it is open, so it is closed before other tests want their own.
@pytest.fixture(name="chromium", scope="module")
def _chromium() -> Iterator[Browser]:
    """Start the browser; without one, skip here and fail where a browser is promised."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing = "no Chromium found: on Debian or Ubuntu, `sudo apt-get install chromium` brings it"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture(name="empty_app")
def _empty_app(release_root: Path, tmp_path: Path) -> FastAPI:
    """The service with a release and nobody in it yet."""
    return _app(tmp_path, release_root)


@pytest.fixture(name="peopled", scope="session")
def _peopled(release_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the four people, made once and copied for each test."""
    home = tmp_path_factory.mktemp("peopled")
    app = _app(home, release_root)
    accounts = app.state.services.accounts
    accounts.create_first_admin(accounts.setup_link_token(), "adan", PASSWORD)
    for name, role in (("lena", Role.LEAD), ("mira", Role.MODERATOR), ("audra", Role.AUDITOR)):
        accounts.create_user(name, role, PASSWORD)
    app.state.services.engine.dispose()
    return home / DATABASE


@pytest.fixture(name="serve")
def _serve() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """Give the means to run an application for a while."""
    return serving


@pytest.fixture(name="site")
def _site(peopled: Path, release_root: Path, tmp_path: Path) -> Iterator[Site]:
    """The service, running, with its people."""
    shutil.copy(peopled, tmp_path)
    app = _app(tmp_path, release_root)
    with serving(app) as url:
        yield Site(url, app)


@pytest.fixture(name="open_page")
def _open_page(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open pages, each in a browser of its own; scripts must not fail and the policy must hold."""
    contexts, complaints = [], []

    def note(message: ConsoleMessage) -> None:
        # A page with an error status is announced as such; that is what some tests ask for.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def open_page(path: str, name: str | None = None, size: str = "wide", **options: str) -> Page:
        context = chromium.new_context(viewport=SIZES[size], **options)
        contexts.append(context)
        if name:
            cookie = {"name": "breakwater_session", "value": site.token(name), "url": site.url}
            context.add_cookies([cookie])
        opened = context.new_page()
        opened.set_default_timeout(5_000)
        opened.on("console", note)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto(site.url + path)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _app(home: Path, release_root: Path) -> FastAPI:
    (home / "releases").symlink_to(release_root)
    return create_app(Settings(home=home, database_url=f"sqlite:///{home / DATABASE}"))


class serving:  # noqa: N801 - reads as a verb: with serving(app)
    """Run an application on a free port while the block lasts."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> str:
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
