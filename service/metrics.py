"""Count what the service does, for Prometheus."""

import time
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counters of one service, in a registry of their own."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    scored: Counter
    routed: Counter
    decided: Counter


def new_metrics() -> Metrics:
    """Make a fresh set of counters."""
    registry = CollectorRegistry()
    return Metrics(
        registry,
        Counter("breakwater_requests", "Requests answered", ["route", "method", "status"], registry=registry),
        Histogram(
            "breakwater_request_seconds", "Time to answer", ["route"], buckets=_SECONDS, registry=registry
        ),
        Counter("breakwater_scored", "Posts scored", ["band"], registry=registry),
        Counter("breakwater_routed", "Posts that became new cases", registry=registry),
        Counter("breakwater_decided", "Decisions taken", ["act"], registry=registry),
    )


class MeasureRequests:
    """ASGI middleware that counts and times requests by route template, never by raw path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the wrapped application and record the outcome."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        begun = time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = _template(scope)
            self._metrics.requests.labels(route, _method(scope), status).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - begun)


def _method(scope: Scope) -> str:
    # A client may send any word as the method, and each would become a series of its own.
    method = scope["method"]
    return method if method in _METHODS else "other"


def _template(scope: Scope) -> str:
    route = scope.get("route")
    return getattr(route, "path", "unmatched")
