"""The interface is described on a page that needs nothing from elsewhere."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.settings import Settings


@pytest.fixture(name="client")
def _client(tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(home=tmp_path)))


def test_every_operation_is_described(client: TestClient) -> None:
    """Each path of the interface is on the page, without signing in."""
    page = client.get("/docs").text
    assert all(path in page for path in client.get("/openapi.json").json()["paths"])


def test_examples_are_shown(client: TestClient) -> None:
    """A decision's example, which stands in a schema, and a post's, which stands in the route."""
    page = client.get("/docs").text
    assert "sells_passage" in page
    assert "harbour_example" in page


def test_nothing_is_fetched_from_elsewhere(client: TestClient) -> None:
    """Every address that the page loads is our own."""
    answer = client.get("/docs")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert all(address.startswith("/") for address in re.findall(r'(?:src|href)="([^"#]+)"', answer.text))


def test_the_machine_readable_form_is_json(client: TestClient) -> None:
    """Programs read openapi.json."""
    assert json.loads(client.get("/openapi.json").content)["info"]["title"] == "Breakwater"
