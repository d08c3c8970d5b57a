"""Render a template into a response that carries the security headers of every page."""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from service.pages.assets import asset_address
from service.pages.highlight import one_line, visible
from service.pages.viewer import Viewer
from service.pages.wording import FILTERS

_PACKAGE = Path(__file__).resolve().parent.parent
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A model card is our own file, but it is shown as a stranger's: no script, no forms, an origin of its own.
CARD_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
_DEFAULTS: dict[str, Any] = {"section": "", "notice": "", "problem": ""}


def page(template: str, viewer: Viewer | None, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a page for a viewer, or for nobody when `viewer` is None."""
    values = _DEFAULTS | {"viewer": viewer, "now": datetime.now(UTC), "status": int(status)} | context
    values["csrf_field"] = lambda: _hidden("csrf", viewer.csrf if viewer else "")
    html = _environment().get_template(template).render(values)
    # Lone surrogates, which a post may bring in any field, must not keep a page from being sent.
    content = html.encode(errors="replace")
    return HTMLResponse(content, status_code=status, headers=security_headers(PAGE_POLICY))


def card(html: bytes) -> HTMLResponse:
    """Serve a model card, sandboxed."""
    return HTMLResponse(html, headers=security_headers(CARD_POLICY))


def go(path: str) -> RedirectResponse:
    """Send the browser on with GET, as after every form."""
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


def token_field(token: str) -> Markup:
    """Return the hidden field that proves a claim."""
    return _hidden("token", token)


def security_headers(policy: str) -> dict[str, str]:
    """Return the headers of every page."""
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_PACKAGE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS | {"visible": visible, "one_line": one_line}
    environment.globals["asset"] = asset_address
    return environment
