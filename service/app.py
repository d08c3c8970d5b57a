"""The composition root: build the parts from the settings, and the application from the parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI

from model.artifact import Releases
from service.accounts import Accounts
from service.api import problems
from service.api.access import check_caller
from service.api.idempotency import Idempotency
from service.api.limits import LimitBody
from service.api.router import api_router
from service.live import LiveRelease
from service.metrics import MeasureRequests, new_metrics
from service.pages.errors import install_pages
from service.pages.router import pages_router
from service.services import Services
from service.settings import Settings
from service.store.database import migrate, open_engine
from service.store.replies import Replies
from service.triage import Triage

_DESCRIPTION = """Finds people-smuggling adverts among social-media posts, for a human reviewer.

It routes, people decide. Every error is `application/problem+json`."""


def build_services(settings: Settings) -> Services:
    """Open the database, migrated, and build what routes and commands work with."""
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    migrate(engine)
    live = LiveRelease(Releases(settings.releases_path, settings.signing_key))
    return Services(
        settings, engine, Triage(engine, settings), Accounts(engine, settings), live, new_metrics()
    )


def create_app(settings: Settings) -> FastAPI:
    """Build the service."""
    parts = build_services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        parts.engine.dispose()

    app = FastAPI(
        title="Breakwater",
        version=version("breakwater"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        # The framework's own pages load their parts from elsewhere; service/pages/interface.py does not.
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = parts
    app.include_router(api_router())
    app.include_router(pages_router())
    problems.install(app)
    install_pages(app)
    app.add_middleware(
        Idempotency, replies=lambda: Replies(parts.engine), admit=partial(check_caller, parts.accounts)
    )
    app.add_middleware(LimitBody, max_bytes=settings.max_body_bytes)
    app.add_middleware(MeasureRequests, metrics=parts.metrics)
    return app
