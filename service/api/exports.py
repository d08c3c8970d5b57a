"""Hand out what reviewers decided, for retraining."""

from itertools import chain, islice

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from model.lines import format_object
from service.api.access import ExportCaller, ServicesDep

router = APIRouter(prefix="/v1", tags=["export"])


@router.get("/exports/labels")
def labels(caller: ExportCaller, parts: ServicesDep) -> StreamingResponse:  # noqa: ARG001 - the caller is checked
    """Stream one labelled example a decided case, as JSON Lines."""
    found = parts.triage.labels()
    # Once the answer has begun its status stands, so the database must first have given something.
    first = list(islice(found, 1))
    lines = (format_object(label) for label in chain(first, found))
    return StreamingResponse(lines, media_type="application/jsonl")
