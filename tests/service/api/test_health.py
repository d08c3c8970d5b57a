"""Liveness, readiness and metrics, which need no key."""

import shutil
from typing import Any

from prometheus_client.parser import text_string_to_metric_families


def test_healthz_is_alive(api: Any) -> None:
    """A living process says so, whatever else is missing."""
    shutil.rmtree(api.parts.settings.releases_path)
    assert api.get("/healthz", None).json() == {"status": "alive"}


def test_readyz_names_the_release(api: Any) -> None:
    """A ready service names what it serves."""
    version = api.parts.live.releases.current()
    ready = {"ready": True, "release": {"ok": True, "version": version}, "database": {"ok": True}}
    assert api.get("/readyz", None).json() == ready


def test_readyz_says_what_is_missing(api: Any) -> None:
    """Without a release and a database the answer is a 503 that names both and when to ask again."""
    shutil.rmtree(api.parts.settings.releases_path)
    with api.parts.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE cases RENAME TO elsewhere")
    answer = api.get("/readyz", None)
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert "run `breakwater train`" in answer.json()["release"]["detail"]
    assert "no tables yet" in answer.json()["database"]["detail"]
    assert int(answer.headers["Retry-After"]) > 0


def test_first_release_makes_ready(api: Any) -> None:
    """A service that began without a release takes up the first one by itself."""
    kept = api.parts.settings.releases_path
    aside = kept.rename(kept.with_name("aside"))
    assert api.get("/readyz", None).status_code == 503
    aside.rename(kept)
    assert api.get("/readyz", None).status_code == 200


def test_metrics_can_be_read(api: Any) -> None:
    """The counters are in Prometheus's text format."""
    api.post("/v1/posts", {"text": api.advert})
    text = api.get("/metrics", None).text
    names = {family.name for family in text_string_to_metric_families(text)}
    expected = {"requests", "request_seconds", "scored", "routed", "decided"}
    assert {f"breakwater_{name}" for name in expected} <= names


def test_requests_are_counted_by_route_template(api: Any) -> None:
    """The whole template is counted, prefix included, and never what a client put in its place."""
    for number in (997, 998):
        api.get(f"/v1/cases/{number}")
    api.post("/v1/score", {"text": api.advert})
    api.get("/v1/made-up")
    expected = {
        ("/v1/cases/{case_id}", "GET", "404"): 2,
        ("/v1/score", "POST", "200"): 1,
        ("unmatched", "GET", "404"): 1,
    }
    for labels, count in expected.items():
        named = dict(zip(("route", "method", "status"), labels, strict=True))
        assert api.counted("breakwater_requests_total", **named) == count
