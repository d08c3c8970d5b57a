"""Put the interface together: everything under /v1, health and metrics beside it."""

from fastapi import APIRouter

from service.api import cases, exports, health, jobs, posts, releases, scoring


def api_router() -> APIRouter:
    """Build the router of the whole HTTP interface."""
    whole = APIRouter()
    for part in (scoring, posts, cases, releases, exports, jobs, health):
        whole.include_router(part.router)
    return whole
