"""Honour Idempotency-Key: a write that is sent again gets the first answer instead of a second effect."""

import logging
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from model.errors import BreakwaterError, Conflict
from service.api.problems import problem, problem_of, problem_of_http
from service.store.replies import Replies, Reply

_HEADER = b"idempotency-key"
_MAX_KEY = 255
_CALLER = (b"authorization", b"cookie")
_log = logging.getLogger(__name__)


class Idempotency:
    """ASGI middleware that keeps answers to keyed POST requests under /v1 and gives them again.

    `admit` raises for a caller who may not have an answer any more, since a kept one passes no other check.
    """

    def __init__(
        self, app: ASGIApp, replies: Callable[[], Replies], admit: Callable[[Request], None]
    ) -> None:
        self._app = app
        self._replies = replies
        self._admit = admit
        self._busy: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the store, or pass the request on and keep its answer."""
        headers = dict(scope.get("headers", ()))
        key = headers.get(_HEADER)
        if key is None or not _is_write(scope):
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
        except HTTPException as error:
            # The body was refused while it was read here, before the application could answer for it.
            await problem_of_http(error)(scope, receive, send)
        except ClientDisconnect:
            # Half a request is none, and nobody waits for an answer.
            return

    async def _keyed(
        self, scope: Scope, receive: Receive, send: Send, key: bytes, headers: dict[bytes, bytes]
    ) -> None:
        body = await _read(receive)
        caller = b"\n".join(headers.get(name, b"") for name in _CALLER)
        name = _digest(caller, key)
        request = _digest(scope["path"].encode(), scope.get("query_string", b""), body)
        if name in self._busy:
            raise Conflict("a request with this Idempotency-Key is still being answered; try again")
        self._busy.add(name)
        try:
            kept = await run_in_threadpool(self._replies().find, name)
            if kept is None:
                answer = await self._fresh(scope, body, name, request)
            else:
                await run_in_threadpool(self._admit, Request(scope))
                answer = _again(kept, request)
        finally:
            self._busy.discard(name)
        await answer(scope, receive, send)

    async def _fresh(self, scope: Scope, body: bytes, name: str, request: str) -> ASGIApp:
        """Run the request; its answer is kept before it is given."""
        messages: list[Message] = []

        async def record(message: Message) -> None:
            messages.append(message)

        await self._app(scope, _replay(body), record)
        if messages[0]["status"] < HTTPStatus.BAD_REQUEST:
            await run_in_threadpool(self._keep, name, _reply(messages, request))

        async def give(_: Scope, __: Receive, send: Send) -> None:
            for message in messages:
                await send(message)

        return give

    def _keep(self, name: str, reply: Reply) -> None:
        try:
            self._replies().keep(name, reply)
        except BreakwaterError as error:
            # What was asked for is done, so the answer stands; only a repetition would be done again.
            _log.warning("an answer could not be kept for its Idempotency-Key: %s", error)


def _again(kept: Reply, request: str) -> Response:
    if kept.request != request:
        detail = "this Idempotency-Key was used for another request"
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency", detail)
    return Response(kept.body, kept.status, {"Idempotency-Replayed": "true"}, kept.media_type)


def _reply(messages: list[Message], request: str) -> Reply:
    start, *parts = messages
    media_type = dict(start["headers"]).get(b"content-type", b"").decode("latin-1")
    return Reply(request, start["status"], media_type, b"".join(part.get("body", b"") for part in parts))


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _replay(body: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


def _is_write(scope: Scope) -> bool:
    return bool(scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/v1/"))


def _digest(*parts: bytes) -> str:
    return sha256(b"\x00".join(parts)).hexdigest()
