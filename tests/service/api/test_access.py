"""Who may call: keys and their scopes, sessions and their CSRF token, and throttled sign-ins."""

from typing import Any

import pytest

from service.scopes import OF_ROLE, SCOPES

HELD: dict[str, Any] = {"token": "t"}
NEEDS = {
    ("POST", "/v1/score"): "score",
    ("POST", "/v1/score/batch"): "score",
    ("POST", "/v1/posts"): "posts",
    ("GET", "/v1/queue"): "read",
    ("POST", "/v1/queue/claim"): "review",
    ("GET", "/v1/reasons"): "read",
    ("GET", "/v1/cases/{case_id}"): "read",
    **{
        ("POST", f"/v1/cases/{{case_id}}/{action}"): "review"
        for action in ("claim", "extend", "release", "skip", "escalate", "decide", "undo")
    },
    ("GET", "/v1/releases"): "read",
    ("GET", "/v1/releases/{version}"): "read",
    ("GET", "/v1/releases/{version}/thresholds"): "read",
    ("GET", "/v1/exports/labels"): "export",
    ("POST", "/v1/retrain"): "retrain",
    ("GET", "/v1/jobs/{job_id}"): "read",
}


def _send(api: Any, method: str, path: str, who: str | None, **headers: str) -> Any:
    path = path.format(case_id=999, version="0" * 12, job_id=999)
    sent = api.headers(who) | {"Content-Type": "application/json"} | headers
    return api.client.request(method, path, content=b"{}" if method == "POST" else None, headers=sent)


def test_every_route_is_listed(shared_api: Any) -> None:
    """The table of scopes in this module names each route under /v1, and no other."""
    paths = shared_api.get("/openapi.json").json()["paths"]
    routes = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {route for route in routes if route[1].startswith("/v1")} == NEEDS.keys()


@pytest.mark.parametrize(("method", "path"), NEEDS)
def test_no_key_is_401(shared_api: Any, problem: Any, method: str, path: str) -> None:
    """Without a key or a session, every route asks for one."""
    answer = _send(shared_api, method, path, None)
    problem(answer, 401, "unauthenticated", "Authorization: Bearer")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), NEEDS)
def test_each_scope_opens_its_routes_only(shared_api: Any, problem: Any, method: str, path: str) -> None:
    """A key without the route's scope is a 403 that names it; the scope alone is enough."""
    needed = NEEDS[method, path]
    for scope in SCOPES - {needed}:
        problem(_send(shared_api, method, path, scope), 403, "forbidden", f"`{needed}`")
    if needed != "retrain":
        assert _send(shared_api, method, path, needed).status_code not in (401, 403)


@pytest.mark.parametrize(
    "value",
    ["Bearer", "Bearer ", "Bearer bw_unknown", "Basic YTpi", "bearer \u00e9\u00ff", "Bearer " + "x" * 9_000],
)
def test_odd_credentials_are_401(shared_api: Any, problem: Any, value: str) -> None:
    """A header that holds no key of ours is a 401, whatever it holds."""
    headers = {"Authorization": value.encode("latin-1")}
    problem(shared_api.client.get("/v1/queue", headers=headers), 401, "unauthenticated")


def test_revoked_key_is_401(api: Any, problem: Any) -> None:
    """A revoked key stops working at once."""
    api.parts.accounts.revoke_key("read")
    problem(api.get("/v1/queue"), 401, "unauthenticated", "revoked")


def test_key_of_a_person_shut_out_is_401(api: Any, problem: Any) -> None:
    """A person's keys end with their account."""
    api.parts.accounts.deactivate("mira")
    problem(api.get("/v1/queue", "mira"), 401, "unauthenticated", "revoked")


def test_key_never_gives_more_than_its_owner_has(api: Any, problem: Any) -> None:
    """A moderator's key made with all scopes still cannot export."""
    assert "export" not in OF_ROLE[api.parts.accounts.users()[2].role]
    problem(api.get("/v1/exports/labels", "mira"), 403, "forbidden", "`export`")


def test_session_reads_and_writes(api: Any, signed_in: dict[str, str]) -> None:
    """A signed-in browser works like a key, with its CSRF token."""
    api.queued()
    assert api.client.get("/v1/queue", headers={"Cookie": signed_in["Cookie"]}).status_code == 200
    answer = api.client.post("/v1/queue/claim", headers=signed_in)
    assert answer.json()["claim"]["user"] == "mira"


@pytest.mark.parametrize("token", [None, "", "wrong", "\u00e9"])
def test_session_without_its_token_cannot_write(
    api: Any, signed_in: dict[str, str], problem: Any, token: str | None
) -> None:
    """Another site can make a browser send the cookie, but not the token."""
    api.queued()
    headers = {"Cookie": signed_in["Cookie"].encode()}
    sent = headers if token is None else headers | {"X-CSRF-Token": token.encode("latin-1")}
    problem(api.client.post("/v1/queue/claim", headers=sent), 403, "forbidden", "X-CSRF-Token")
    assert api.post("/v1/queue/claim").status_code == 200


def test_session_needs_the_scope(api: Any, signed_in: dict[str, str], problem: Any) -> None:
    """A moderator's session cannot retrain."""
    problem(api.client.post("/v1/retrain", headers=signed_in), 403, "forbidden", "`retrain`")


def test_ended_session_is_401(api: Any, signed_in: dict[str, str], problem: Any) -> None:
    """After signing out the cookie is worth nothing, and an unknown one never was."""
    api.parts.accounts.sign_out(signed_in["Cookie"].partition("=")[2])
    for cookie in (signed_in["Cookie"], "breakwater_session=unknown"):
        problem(api.client.get("/v1/queue", headers={"Cookie": cookie}), 401, "unauthenticated")


def test_sign_in_is_throttled(api: Any) -> None:
    """After some wrong passwords even the right one must wait, and the answer says how long."""
    form = {"name": "mira", "password": "wrong password"}
    for _ in range(6):
        answer = api.client.post("/sign-in", data=form)
    right = api.client.post("/sign-in", data=form | {"password": api.password})
    assert (answer.status_code, right.status_code) == (429, 429)
    assert int(right.headers["Retry-After"]) > 0
    assert "set-cookie" not in right.headers
