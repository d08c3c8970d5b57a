"""The HTTP interface, described on a page of our own: nothing is fetched from anywhere to show it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.pages.rendering import page
from service.pages.viewer import viewer_or_none

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One request that the interface takes."""

    method: str
    path: str
    says: str
    tag: str
    parameters: tuple[str, ...]
    request: str
    answer: str


@router.get("/docs")
def interface(request: Request) -> Response:
    """Describe every request with an example and its answer."""
    described = request.app.openapi()
    operations = list(_operations(described))
    return page("interface.html", viewer_or_none(request), operations=operations)


def _operations(described: Mapping[str, Any]) -> Iterator[Operation]:
    schemas = described.get("components", {}).get("schemas", {})
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            yield Operation(
                method.upper(),
                path,
                about.get("description", about.get("summary", "")),
                next(iter(about.get("tags", ())), ""),
                tuple(entry["name"] for entry in about.get("parameters", ()) if entry["in"] != "cookie"),
                _shown(_content(about.get("requestBody", {})), schemas),
                _shown(_content(_success(about["responses"])), schemas),
            )


def _success(responses: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer to a request that went well."""
    found: Mapping[str, Any] = next((r for status, r in responses.items() if status[0] == "2"), {})
    return found


def _content(part: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = part.get("content", {}).get("application/json", {})
    return content


def _shown(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """Write an example out, wherever OpenAPI keeps it; nothing without one."""
    named = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    examples = [entry["value"] for entry in content.get("examples", {}).values()]
    examples += [part["example"] for part in (content, schemas.get(named, {})) if "example" in part]
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""
