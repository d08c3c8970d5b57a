"""Releases over HTTP: list, manifest, threshold queries, and a change of release under way."""

import time
from typing import Any
from urllib.parse import quote

import pytest

from model.artifact import Candidate, Releases


@pytest.fixture(name="version")
def _version(api: Any) -> str:
    """The version that is served."""
    return str(api.parts.live.get().version)


@pytest.fixture(name="second")
def _second(api: Any, version: str) -> str:
    """Another release in the folder, not promoted: the same model, said to come from other data."""
    kept = api.parts.live.releases
    release = kept.load(version)
    told = {key: value for key, value in release.manifest.items() if key not in ("version", "files")}
    facts = told | {"data_digest": "other"}
    parts = (release.policy, tuple(told["scripts"]), release.thresholds, "a card", facts)
    return str(kept.save(Candidate(kept.classifier(version), *parts)))


def _next_check(api: Any) -> None:
    """Make the service look at the pointer at once instead of within the second."""
    api.parts.live._next_check = time.monotonic()


def test_releases_are_listed(api: Any, version: str) -> None:
    """The served release is named among those kept."""
    assert api.get("/v1/releases").json() == {"current": version, "releases": [version]}


def test_release_shows_its_metrics(api: Any, version: str) -> None:
    """A release tells what it was trained on and how well it does."""
    answer = api.get(f"/v1/releases/{version}").json()
    assert answer["version"] == version
    assert {"languages", "thresholds", "metrics", "data_digest"} < answer.keys()


@pytest.mark.parametrize("name", ["0" * 12, "current", "%2e%2e%2fetc", "%00", "x" * 2_000])
@pytest.mark.parametrize("more", ["", "/thresholds"])
def test_unknown_release_is_404(shared_api: Any, name: str, more: str) -> None:
    """A name that is no release is a 404, whatever it holds."""
    assert shared_api.get(f"/v1/releases/{name}{more}").status_code == 404


def test_threshold_query_finds_the_best_row(api: Any, version: str) -> None:
    """The answer is the row of the table that fulfils the wish best."""
    path = f"/v1/releases/{version}/thresholds"
    rows = api.get(path).json()["thresholds"]
    best = api.get(path, params={"q": "maximum recall @ precision >= 0.5"}).json()["threshold"]
    fitting = [row["recall"] for row in rows if row["precision"] >= 0.5]
    assert best in rows
    assert best["recall"] == max(fitting)


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        ("", 422, "invalid-query"),
        ("best", 422, "invalid-query"),
        ("maximum luck @ precision >= 0.9", 422, "invalid-query"),
        ("maximum recall @ precision >= nan", 422, "invalid-query"),
        ("maximum recall @ precision >= 1.1", 404, "not-found"),
        ("maximum recall @ precision >= " + "9" * 100, 404, "not-found"),
        ("maximum recall @ precision >= " + "9" * 60_000 + "x", 422, "invalid-request"),
        ("\x00\ufffd", 422, "invalid-query"),
    ],
)
def test_odd_threshold_queries(
    api: Any, problem: Any, version: str, query: str, status: int, kind: str
) -> None:
    """A wish that cannot be read is a 422 at once, one that no threshold fulfils a 404."""
    begun = time.monotonic()
    answer = api.client.get(
        f"/v1/releases/{version}/thresholds?q={quote(query)}", headers=api.headers("read")
    )
    problem(answer, status, kind)
    assert time.monotonic() - begun < 5


def test_new_release_is_served_without_restart(api: Any, version: str, second: str) -> None:
    """A promoted release answers from the next look at the pointer on, a rollback likewise."""
    seen = []
    for change in (Releases.current, lambda kept: kept.promote(second), Releases.rollback):
        change(api.parts.live.releases)
        _next_check(api)
        seen.append(api.post("/v1/score", {"text": api.advert}).json()["release"])
    assert seen == [version, second, version]


def test_damaged_new_release_leaves_the_old_one(api: Any, version: str, second: str) -> None:
    """A promoted release that does not load is reported, and the old one goes on."""
    api.parts.live.get()
    kept = api.parts.live.releases
    kept.promote(second)
    (kept.root / second / "scorer" / "idf.npy").write_bytes(b"damage")
    _next_check(api)
    assert api.post("/v1/score", {"text": api.advert}).json()["release"] == version
    assert "idf.npy" in api.get("/readyz").json()["release"]["detail"]


def test_damaged_release_is_a_problem(api: Any, problem: Any, version: str) -> None:
    """A kept release that was altered cannot be shown or queried: 503, naming the file."""
    (api.parts.live.releases.root / version / "card.html").write_text("other")
    for more in ("", "/thresholds"):
        problem(api.get(f"/v1/releases/{version}{more}"), 503, "artifact-error", "card.html")
