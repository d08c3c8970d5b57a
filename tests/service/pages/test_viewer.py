"""Tests of who looks at a page and which forms count."""

import pytest
from starlette.requests import Request

from model.errors import Forbidden
from service.pages.viewer import Viewer, safe_path, same_site
from service.records import Principal, Role


def request(**headers: str) -> Request:
    """Build a request with these headers."""
    pairs = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/sign-in", "headers": pairs})


@pytest.mark.parametrize(
    "path",
    [
        "//example.org",
        "/\\example.org",
        "https://example.org",
        "example",
        "",
        "/a\nb",
        "\\\\example.org",
        "//[",
    ],
)
def test_a_way_out_of_the_site_is_not_taken(path: str) -> None:
    """Whatever could lead to another site leads to the queue."""
    assert safe_path(path) == "/queue"


def test_a_path_within_the_site_is_kept() -> None:
    """An own page is returned to, with its query."""
    assert safe_path("/cases/7?after=6") == "/cases/7?after=6"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://example.org", "Host": "queue.example"},
        {"Origin": "null", "Host": "queue.example"},
        {"Origin": "http://[", "Host": "queue.example"},
    ],
)
def test_a_form_from_another_site_is_refused(headers: dict[str, str]) -> None:
    """The browser's word about where a form comes from is taken."""
    with pytest.raises(Forbidden, match="another site"):
        same_site(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "same-origin", "Origin": "https://proxy.example", "Host": "inner"},
        {"Origin": "http://queue.example", "Host": "queue.example"},
        {},
    ],
)
def test_an_own_form_is_taken(headers: dict[str, str]) -> None:
    """Own forms pass, behind a proxy too, and so does a client that is no browser."""
    same_site(request(**headers))


def test_a_role_that_lacks_a_scope_is_told() -> None:
    """The refusal names the role."""
    viewer = Viewer(Principal("audra", 1, Role.AUDITOR, frozenset({"read"})), "token")
    with pytest.raises(Forbidden, match="auditor"):
        viewer.needs("review")
