"""Serve the style sheet, the script and the icon under addresses that change with their content."""

import hashlib
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from model.errors import NotFound

router = APIRouter(prefix="/static", include_in_schema=False)
_FOLDER = Path(__file__).resolve().parent.parent / "static"
_FILES = frozenset({"app.css", "app.js", "mark.svg"})
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


@router.get("/{name}")
def asset(name: str) -> FileResponse:
    """Send one of the files."""
    if name not in _FILES:
        raise NotFound(f"There is no file {name}.")
    return FileResponse(_FOLDER / name, headers=_HEADERS)


@lru_cache(maxsize=8)
def asset_address(name: str) -> str:
    """Address a file so that a changed one is fetched anew."""
    digest = hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"
