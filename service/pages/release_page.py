"""The releases: which one is in use, how good it is, promote and roll back."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from service.api.access import ServicesDep
from service.pages.release_view import card_html, release_detail, release_rows
from service.pages.rendering import card, go, page
from service.pages.viewer import SenderDep, ViewerDep

router = APIRouter(prefix="/releases", include_in_schema=False)
_DONE = {
    "promoted": "Promoted. The service is switching to it now.",
    "back": "Rolled back to the release before.",
}


@router.get("")
def releases(
    viewer: ViewerDep, parts: ServicesDep, show: Annotated[str, Query(max_length=100)] = "", done: str = ""
) -> Response:
    """Show the list and one release in full."""
    kept = parts.live.releases
    return page(
        "releases.html",
        viewer,
        section="releases",
        releases=release_rows(kept),
        shown=release_detail(kept, show or None),
        may_release=viewer.may("releases"),
        can_roll_back=len(kept.history()) > 1,
        problem=parts.live.error or "",
        notice=_DONE.get(done, ""),
    )


@router.get("/{version}/card")
def model_card(version: str, _viewer: ViewerDep, parts: ServicesDep) -> Response:
    """Show the model card of a release."""
    return card(card_html(parts.live.releases, version))


@router.post("/rollback")
def roll_back(viewer: SenderDep, parts: ServicesDep) -> Response:
    """Return to the release before the current one."""
    viewer.needs("releases")
    parts.live.releases.rollback()
    return go("/releases?done=back")


@router.post("/{version}/promote")
def promote(version: str, viewer: SenderDep, parts: ServicesDep) -> Response:
    """Put a release into use."""
    viewer.needs("releases")
    parts.live.releases.promote(version)
    return go("/releases?done=promoted")
