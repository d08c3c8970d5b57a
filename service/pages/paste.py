"""Check a text: a one-off score with its reasons, kept nowhere."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from model.errors import ArtifactError, InvalidPost, NotFound
from model.scorer import MAX_CHARS
from service.api.access import ServicesDep
from service.pages.highlight import hidden_characters, reasons, segments
from service.pages.rendering import page
from service.pages.viewer import SenderDep, Viewer, ViewerDep
from service.pages.wording import BANDS
from service.services import Services

router = APIRouter(prefix="/paste", include_in_schema=False)


@router.get("")
def form(viewer: ViewerDep) -> Response:
    """Show an empty form."""
    viewer.needs("score")
    return _page(viewer, "")


@router.post("")
def check(viewer: SenderDep, parts: ServicesDep, text: Annotated[str, Form()] = "") -> Response:
    """Score the text and show why; a text that cannot be scored comes back with what is wrong."""
    viewer.needs("score")
    text = text.replace("\r\n", "\n")
    try:
        return _page(viewer, text, **_scored(parts, text))
    except InvalidPost as error:
        return _page(viewer, text[: 2 * MAX_CHARS], status=422, problem=_put(text, error))
    except (ArtifactError, NotFound) as error:
        return _page(viewer, text, status=503, problem=str(error), problem_is_service=True)


def _scored(parts: Services, text: str) -> dict[str, Any]:
    explanation = parts.live.get().scorer.explain(text)
    parts.metrics.scored.labels(explanation.score.band).inc()
    return {
        "explanation": explanation,
        "segments": segments(text, explanation.evidence),
        "reasons": reasons(text, explanation.evidence),
        "hidden": hidden_characters(text),
        "band_note": BANDS[explanation.score.band][1].capitalize(),
    }


def _put(text: str, error: InvalidPost) -> str:
    return str(error) if text.strip() else "Paste the text of a post first"


def _page(viewer: Viewer, text: str, *, status: int = 200, **found: Any) -> Response:
    empty: dict[str, Any] = {"explanation": None, "problem_is_service": False}
    return page(
        "paste.html", viewer, status=status, section="paste", text=text, limit=MAX_CHARS, **empty | found
    )
