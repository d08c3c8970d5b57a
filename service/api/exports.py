"""Hand out what reviewers decided, for retraining."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from model.lines import format_object
from service.api.access import ExportCaller, ServicesDep

router = APIRouter(prefix="/v1", tags=["export"])


@router.get("/exports/labels")
def labels(caller: ExportCaller, parts: ServicesDep) -> StreamingResponse:  # noqa: ARG001 - the caller is checked
    """Stream one labelled example a decided case, as JSON Lines."""
    lines = (format_object(label) for label in parts.triage.labels())
    return StreamingResponse(lines, media_type="application/jsonl")
