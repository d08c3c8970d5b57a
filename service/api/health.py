"""Tell whether the service lives, whether it can work, and what it counted."""

from http import HTTPStatus

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from model.errors import BreakwaterError
from service.api.access import ServicesDep
from service.api.problems import RETRY_SECONDS, Answer

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> Answer:
    """Answer as long as the process lives."""
    return Answer({"status": "alive"})


@router.get("/readyz")
def readyz(parts: ServicesDep) -> Answer:
    """Say whether posts can be scored and kept; 503 with what is missing otherwise."""
    checks = {"release": _release(parts), "database": _database(parts)}
    ready = all(check["ok"] for check in checks.values())
    if ready:
        return Answer({"ready": ready} | checks)
    later = {"Retry-After": str(RETRY_SECONDS)}
    return Answer({"ready": ready} | checks, status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers=later)


@router.get("/metrics")
def metrics(parts: ServicesDep) -> Response:
    """Give the counters in Prometheus's text format."""
    return Response(generate_latest(parts.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _release(parts: ServicesDep) -> dict[str, object]:
    try:
        version = parts.live.get().version
    except BreakwaterError as error:
        return {"ok": False, "detail": str(error)}
    return {"ok": True, "version": version} | ({"detail": parts.live.error} if parts.live.error else {})


def _database(parts: ServicesDep) -> dict[str, object]:
    try:
        parts.triage.summary()
    except BreakwaterError as error:
        return {"ok": False, "detail": str(error)}
    return {"ok": True}
