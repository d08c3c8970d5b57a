"""Requests are counted and timed by route template."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from service.metrics import MeasureRequests, Metrics, new_metrics

Sent = dict[str, Any]


@pytest.fixture(name="metrics")
def _metrics() -> Metrics:
    return new_metrics()


def _counted(metrics: Metrics, route: str, method: str, status: str) -> float:
    labels = {"route": route, "method": method, "status": status}
    return metrics.registry.get_sample_value("breakwater_requests_total", labels) or 0.0


def _answering(status: int, route: str | None) -> Callable[..., Any]:
    """An application that found a route and answers with a status."""

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if route:
            scope["route"] = SimpleNamespace(path=route)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


async def _failing(scope: Any, _receive: Any, _send: Any) -> None:
    scope["route"] = SimpleNamespace(path="/v1/broken")
    raise RuntimeError("a mistake of ours")


def _request(app: Any, metrics: Metrics, **scope: str) -> list[Sent]:
    """Send one request through the middleware and return what came back."""
    sent: list[Sent] = []

    async def note(message: Sent) -> None:
        sent.append(message)

    whole = {"type": "http", "method": "GET", "path": "/v1/cases/7"} | scope
    asyncio.run(MeasureRequests(app, metrics)(whole, None, note))  # type: ignore[arg-type]
    return sent


def test_requests_are_counted_by_template(metrics: Metrics) -> None:
    """Two cases are one route; the answer passes through unchanged."""
    app = _answering(200, "/v1/cases/{case_id}")
    for number in (7, 8):
        sent = _request(app, metrics, path=f"/v1/cases/{number}")
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert _counted(metrics, "/v1/cases/{case_id}", "GET", "200") == 2


def test_requests_are_timed(metrics: Metrics) -> None:
    """Each request is one observation of its route's histogram."""
    _request(_answering(200, "/v1/queue"), metrics)
    labels = {"route": "/v1/queue"}
    assert metrics.registry.get_sample_value("breakwater_request_seconds_count", labels) == 1


def test_unknown_paths_and_methods_share_a_series(metrics: Metrics) -> None:
    """What a client makes up, path or method, does not become a series of its own."""
    for word in ("A", "B"):
        _request(_answering(404, None), metrics, path=f"/{word}", method=word)
    assert _counted(metrics, "unmatched", "other", "404") == 2


def test_failures_are_counted_and_passed_on(metrics: Metrics) -> None:
    """A request that breaks before it is answered counts as a 500."""
    with pytest.raises(RuntimeError, match="mistake"):
        _request(_failing, metrics)
    assert _counted(metrics, "/v1/broken", "GET", "500") == 1


def test_only_requests_are_counted(metrics: Metrics) -> None:
    """Start and end of the application are no requests."""
    _request(_answering(200, None), metrics, type="lifespan")
    assert not [sample for family in metrics.registry.collect() for sample in family.samples if sample.labels]


def test_each_service_has_its_own_counters() -> None:
    """Two services in one process do not count together."""
    first, second = new_metrics(), new_metrics()
    first.routed.inc()
    assert second.registry.get_sample_value("breakwater_routed_total") == 0
