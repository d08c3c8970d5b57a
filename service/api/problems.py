"""Turn errors into problem+json answers (RFC 9457): one table from class to status."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from model.errors import (
    ArtifactError,
    BreakwaterError,
    Conflict,
    Forbidden,
    InputError,
    InvalidExample,
    InvalidPost,
    InvalidQuery,
    NotFound,
    StoreUnavailable,
    TooManyAttempts,
    Unauthenticated,
)
from model.lines import format_object
from service.answers import error_type

STATUS: Mapping[type[BreakwaterError], HTTPStatus] = {
    InvalidPost: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidExample: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidQuery: HTTPStatus.UNPROCESSABLE_ENTITY,
    InputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ArtifactError: HTTPStatus.SERVICE_UNAVAILABLE,
}
_KINDS: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
}
RETRY_SECONDS = 5
_log = logging.getLogger(__name__)


class Answer(Response):
    """A JSON answer that can hold any text, lone surrogates included."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Write the content as JSON."""
        return format_object(content)


class Problem(Answer):
    """A problem+json answer."""

    media_type = "application/problem+json"


def problem(status: int, kind: str, detail: str, **more: Any) -> Problem:
    """Build a problem; `kind` names what went wrong and is stable across versions."""
    title = HTTPStatus(status).phrase
    headers = {"Retry-After": str(more["retry_after"])} if "retry_after" in more else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    content = {"type": f"urn:breakwater:{kind}", "title": title, "status": int(status), "detail": detail}
    return Problem(content | more, status_code=status, headers=headers)


def problem_of(error: BreakwaterError) -> Problem:
    """Build the problem that answers one of our own errors."""
    status = next((STATUS[c] for c in type(error).__mro__ if c in STATUS), HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(error, TooManyAttempts):
        return problem(status, error_type(error), str(error), retry_after=error.retry_after)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return problem(status, error_type(error), str(error), retry_after=RETRY_SECONDS)
    return problem(status, error_type(error), str(error))


def invalid_request(error: RequestValidationError) -> Problem:
    """Build the problem for a request that is no JSON (400, or 415 by its type) or not valid (422)."""
    errors = error.errors()
    if any(entry["type"] == "json_invalid" for entry in errors):
        return problem(HTTPStatus.BAD_REQUEST, "malformed", f"the body is not JSON: {_first(errors)}")
    if any(isinstance(entry["input"], bytes) for entry in errors):
        detail = "send the body as JSON, with the header `Content-Type: application/json`"
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", detail)
    fields = [{"field": _place(entry["loc"]), "message": entry["msg"]} for entry in errors]
    detail = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", detail, errors=fields)


def problem_of_http(error: HTTPException) -> Problem:
    """Build the problem for what the framework itself refused."""
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return problem(error.status_code, "malformed", "the body cannot be read: it must be JSON in UTF-8")
    answer = problem(error.status_code, _KINDS.get(error.status_code, "http"), str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


def install(app: FastAPI) -> None:
    """Answer every error of the interface as a problem."""

    @app.exception_handler(BreakwaterError)
    def _ours(_: Request, error: BreakwaterError) -> Response:
        return problem_of(error)

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> Response:
        return invalid_request(error)

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> Response:
        return problem_of_http(error)

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> Response:
        _log.error("Unexpected error at %s", request.url.path, exc_info=error)
        return problem(500, "unexpected", "something went wrong on our side; it was logged")


def _first(errors: Any) -> str:
    context = errors[0].get("ctx") or {}
    return str(context.get("error", errors[0]["msg"]))


def _place(location: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in location if part not in ("body", "query", "path")) or "body"
