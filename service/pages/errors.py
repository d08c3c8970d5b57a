"""Turn what goes wrong on a page into a page that says what happened and what to do."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from model.errors import (
    ArtifactError,
    BreakwaterError,
    Conflict,
    Forbidden,
    NotFound,
    StoreUnavailable,
    TooManyAttempts,
    Unauthenticated,
)
from service.pages.rendering import go, page
from service.pages.viewer import viewer_or_none

_NOT_PAGES = ("/v1", "/healthz", "/readyz", "/metrics", "/docs", "/redoc", "/openapi.json", "/static")
_RETRY_SECONDS = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reviewer had entered when an action failed."""

    act: str = ""
    reason: str = ""
    note: str = ""


class LostClaim(Conflict):
    """An action on a case whose claim is gone; it keeps what the reviewer had entered."""

    def __init__(self, message: str, case_id: int, action: str, draft: Draft) -> None:
        super().__init__(message)
        self.case_id = case_id
        self.action = action
        self.draft = draft


@contextmanager
def keeping(case_id: int, action: str, draft: Draft | None = None) -> Iterator[None]:
    """Turn a conflict into a LostClaim that remembers the case and the draft."""
    try:
        yield
    except Conflict as error:
        raise LostClaim(str(error), case_id, action, draft or Draft()) from error


@dataclass(frozen=True, slots=True)
class Explained:
    """How an error page puts one kind of error."""

    status: HTTPStatus
    title: str
    advice: str = ""


_FORBIDDEN = Explained(
    HTTPStatus.FORBIDDEN, "You may not do this", "Ask a lead or an admin if your role should allow it."
)
_NOT_FOUND = Explained(
    HTTPStatus.NOT_FOUND, "There is nothing here", "It may have been removed, or the address may be mistyped."
)
_CONFLICT = Explained(
    HTTPStatus.CONFLICT, "That cannot be done now", "Someone, or time, was faster. Nothing was changed."
)
_STORE = Explained(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The queue cannot be reached",
    "Nothing was recorded. It usually comes back within seconds; your operator can see why it is down.",
)
_RELEASE = Explained(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "No usable release",
    "Posts cannot be scored until an operator promotes a sound release; the queue still works.",
)
_UNUSABLE = Explained(HTTPStatus.UNPROCESSABLE_ENTITY, "This cannot be used")
_EXPLAINED: tuple[tuple[type[Exception], Explained], ...] = (
    (Forbidden, _FORBIDDEN),
    (NotFound, _NOT_FOUND),
    (Conflict, _CONFLICT),
    (TooManyAttempts, Explained(HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts")),
    (StoreUnavailable, _STORE),
    (ArtifactError, _RELEASE),
    (BreakwaterError, _UNUSABLE),
)
_UNEXPECTED = Explained(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong here",
    "It is not your doing, and it has been logged. Nothing you decided before is lost.",
)


def is_page(request: Request) -> bool:
    """Whether a request is for a page rather than for the HTTP interface."""
    return not request.url.path.startswith(_NOT_PAGES)


def answer_page_error(request: Request, error: Exception) -> Response:
    """Answer a page request that failed; every error gets a page, an unknown one a plain 500."""
    if isinstance(error, Unauthenticated):
        return go(f"/sign-in?{urlencode({'next': _return_path(request)})}")
    if isinstance(error, LostClaim):
        return _lost_claim(request, error)
    explained, detail = _explain(error)
    response = page(
        "error.html",
        viewer_or_none(request),
        status=explained.status,
        title=explained.title,
        detail=detail,
        advice=explained.advice,
        retry=_retry_path(request, explained.status),
    )
    if explained.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", _RETRY_SECONDS))
    return response


def _explain(error: Exception) -> tuple[Explained, str]:
    """Find the words for an error."""
    if isinstance(error, RequestValidationError):
        in_path = any(entry["loc"][0] == "path" for entry in error.errors())
        status = HTTPStatus.NOT_FOUND if in_path else HTTPStatus.UNPROCESSABLE_ENTITY
        return _framework(status), "The address or the form does not fit this page."
    if isinstance(error, HTTPException):
        return _framework(HTTPStatus(error.status_code)), str(error.detail)
    for kind, explained in _EXPLAINED:
        if isinstance(error, kind):
            return explained, str(error)
    _log.error("Unexpected error on a page", exc_info=error)
    return _UNEXPECTED, "The page could not be made."


def _framework(status: HTTPStatus) -> Explained:
    same = (explained for _, explained in _EXPLAINED if explained.status == status)
    return next(same, Explained(status, status.phrase))


def _lost_claim(request: Request, error: LostClaim) -> Response:
    return page(
        "lost_claim.html",
        viewer_or_none(request),
        status=HTTPStatus.CONFLICT,
        section="queue",
        detail=str(error),
        case_id=error.case_id,
        action=error.action,
        draft=error.draft,
    )


def _return_path(request: Request) -> str:
    """Say where to go after signing in: the page asked for, or the page that held the form."""
    if request.method in ("GET", "HEAD"):
        query = request.url.query
        return request.url.path + (f"?{query}" if query else "")
    parts = request.url.path.split("/")
    return "/".join(parts[:3]) if parts[1] == "cases" else f"/{parts[1]}"


def _retry_path(request: Request, status: HTTPStatus) -> str:
    return _return_path(request) if status == HTTPStatus.SERVICE_UNAVAILABLE else ""


def install_pages(app: FastAPI) -> None:
    """Answer errors of page requests with pages; call it after the interface has installed its answers."""
    for kind, answer in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _for_pages(answer))


def _for_pages(answer: Any) -> Any:
    """Wrap an error's answer so that pages get theirs."""

    def handle(request: Request, error: Exception) -> Any:
        return answer_page_error(request, error) if is_page(request) else answer(request, error)

    return handle
