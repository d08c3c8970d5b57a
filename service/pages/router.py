"""All pages under one router."""

from fastapi import APIRouter

from service.pages import assets, case_page, entry, interface, paste, queue_page, release_page


def pages_router() -> APIRouter:
    """Gather the routers of all pages."""
    router = APIRouter()
    for module in (assets, entry, queue_page, case_page, paste, release_page, interface):
        router.include_router(module.router)
    return router
