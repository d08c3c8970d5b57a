"""The described interface is the real one: its requests are taken, its answers look like that."""

from typing import Any

import pytest

from service.store.jobs import Jobs

VERDICT = {"act": "offer", "reason": "sells_passage"}
# Streams lines instead of one answer; and starts a training, which its own tests look at.
APART = {"/v1/exports/labels", "/v1/retrain"}
Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture(name="described")
def _described(api: Any) -> dict[str, Any]:
    """The description as it is published."""
    document: dict[str, Any] = api.get("/openapi.json", None).json()
    return document


def _operations(described: dict[str, Any]) -> list[Operation]:
    return [
        (method, path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/v1") and path not in APART
    ]


def _requests(described: dict[str, Any], operation: dict[str, Any]) -> list[Any]:
    """Example bodies of an operation; one that takes no body has None."""
    if "requestBody" not in operation:
        return [None]
    content = operation["requestBody"]["content"]["application/json"]
    if "examples" in content:
        return [example["value"] for example in content["examples"].values()]
    schema = described["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    return [schema.get("example", {"token": ""})]


def _answer(operation: dict[str, Any]) -> Any:
    return operation["responses"]["200"]["content"]["application/json"]["example"]


def _sent(api: Any, method: str, path: str, body: Any) -> Any:
    """Send a described request, after bringing about what it needs."""
    case_id, token = api.claimed(text=f"{api.advert} {path}", platform="tiktok")
    if path.endswith("/claim"):
        api.post(f"/v1/cases/{case_id}/release", {"token": token}, "mira")
    if path.endswith("/undo"):
        api.post(f"/v1/cases/{case_id}/decide", VERDICT | {"token": token}, "mira")
    job = Jobs(api.parts.engine).add("retrain", "amina").id
    result = {"outcome": "promoted", "version": "0" * 12, "new_labels": 1, "reasons": []}
    Jobs(api.parts.engine).finish(job, result)
    path = path.format(case_id=case_id, job_id=job, version=api.parts.live.get().version)
    if method == "get":
        return api.get(path, params={"q": "maximum recall @ precision >= 0.5"})
    return api.post(path, body | {"token": token} if body and "token" in body else body, "mira")


def _fits(shown: Any, real: Any) -> bool:
    """Whether two values have the same keys all the way down; each entry shown must fit a real one.

    The published description leaves out nulls, so only keys that are null may be missing from it.
    """
    if isinstance(shown, dict):
        same = isinstance(real, dict) and shown.keys() <= real.keys()
        same = same and all(real[key] is None for key in real.keys() - shown.keys())
        return same and all(_fits(shown[key], real[key]) for key in shown if key != "metrics")
    if isinstance(shown, list):
        return not real or all(any(_fits(entry, other) for other in real) for entry in shown)
    return not isinstance(real, dict | list)


def test_every_described_request_is_taken(api: Any, described: dict[str, Any]) -> None:
    """Each example of a request is answered with a 200."""
    for method, path, operation in _operations(described):
        for body in _requests(described, operation):
            answer = _sent(api, method, path, body)
            assert answer.status_code == 200, (path, answer.text)


def test_every_described_answer_is_real(api: Any, described: dict[str, Any]) -> None:
    """The answer shown for each request has exactly the keys of the real one."""
    for method, path, operation in _operations(described):
        real = _sent(api, method, path, _requests(described, operation)[0]).json()
        assert _fits(_answer(operation), real), (path, real)


def test_described_problem_is_real(api: Any, described: dict[str, Any]) -> None:
    """The problem shown is the answer to what it describes."""
    shown = described["paths"]["/v1/score"]["post"]["responses"]["4XX"]["content"]["application/problem+json"]
    real = api.post("/v1/score", {"text": " "}).json()
    assert real | {"title": ""} == shown["example"] | {"title": ""}


def test_description_names_both_ways_to_sign_in(described: dict[str, Any]) -> None:
    """Keys and sessions are described; health and metrics need neither."""
    assert {scheme["type"] for scheme in described["components"]["securitySchemes"].values()} == {
        "http",
        "apiKey",
    }
    assert "security" not in described["paths"]["/healthz"]["get"]
    assert all(operation["security"] for _, _, operation in _operations(described))


def test_pages_are_not_described(described: dict[str, Any]) -> None:
    """Only the interface is described, not the pages for people."""
    assert all(path.startswith(("/v1/", "/healthz", "/readyz", "/metrics")) for path in described["paths"])
