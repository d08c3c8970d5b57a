"""Honour Idempotency-Key: a write that is sent again gets the first answer instead of a second effect."""

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.errors import BreakwaterError
from service.api.problems import problem, problem_of
from service.store.replies import Replies, Reply

_HEADER = b"idempotency-key"
_MAX_KEY = 255
_CALLER = (b"authorization", b"cookie")


class Idempotency:
    """ASGI middleware that keeps answers to keyed POST requests under /v1 and gives them again."""

    def __init__(self, app: ASGIApp, replies: Callable[[], Replies]) -> None:
        self._app = app
        self._replies = replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the store, or pass the request on and keep its answer."""
        headers = dict(scope.get("headers", ()))
        key = headers.get(_HEADER)
        if scope["type"] != "http" or scope["method"] != "POST" or key is None:
            await self._app(scope, receive, send)
            return
        if not 0 < len(key) <= _MAX_KEY:
            detail = f"Idempotency-Key must have 1 to {_MAX_KEY} characters"
            await problem(HTTPStatus.BAD_REQUEST, "malformed", detail)(scope, receive, send)
            return
        try:
            await self._keyed(scope, receive, send, key, headers)
        except BreakwaterError as error:
            await problem_of(error)(scope, receive, send)

    async def _keyed(
        self, scope: Scope, receive: Receive, send: Send, key: bytes, headers: dict[bytes, bytes]
    ) -> None:
        body = await _read(receive)
        caller = b"\n".join(headers.get(name, b"") for name in _CALLER)
        name = _digest(caller, key)
        request = _digest(scope["path"].encode(), scope.get("query_string", b""), body)
        kept = await run_in_threadpool(self._replies().find, name)
        if kept is None:
            await self._fresh(scope, _replay(body), send, name, request)
        elif kept.request != request:
            detail = "this Idempotency-Key was used for another request"
            await problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency", detail)(scope, receive, send)
        else:
            again = Response(kept.body, kept.status, {"Idempotency-Replayed": "true"}, kept.media_type)
            await again(scope, receive, send)

    async def _fresh(self, scope: Scope, receive: Receive, send: Send, name: str, request: str) -> None:
        status, media_type, body = 500, "application/json", b""

        async def watch(message: Message) -> None:
            nonlocal status, media_type, body
            if message["type"] == "http.response.start":
                status = message["status"]
                media_type = dict(message["headers"]).get(b"content-type", b"").decode("latin-1")
            else:
                body += message.get("body", b"")
            await send(message)

        await self._app(scope, receive, watch)
        if status < HTTPStatus.BAD_REQUEST:
            await run_in_threadpool(self._replies().keep, name, Reply(request, status, media_type, body))


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replay(body: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


def _digest(*parts: bytes) -> str:
    return sha256(b"\x00".join(parts)).hexdigest()
