"""Who looks at a page: the session cookie becomes a viewer, and a form proves that the viewer sent it."""

from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Form, Request, Response

from model.errors import BreakwaterError, Forbidden, Unauthenticated
from service.api.access import SESSION_COOKIE, ServicesDep
from service.records import Principal
from service.services import Services
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, and the token that their forms must carry."""

    principal: Principal
    csrf: str

    def may(self, scope: str) -> bool:
        """Whether the viewer's role allows something."""
        return scope in self.principal.scopes

    def needs(self, scope: str) -> None:
        """Raise Forbidden unless the viewer's role allows something."""
        if not self.may(scope):
            raise Forbidden(f"Your role, {self.principal.role}, does not allow this.")


def find_viewer(request: Request, parts: ServicesDep) -> Viewer:
    """Read the session cookie; raises Unauthenticated without a live session."""
    cookie = request.cookies.get(SESSION_COOKIE)
    if not cookie:
        raise Unauthenticated("sign in first")
    session = parts.accounts.session(cookie)
    return Viewer(session.principal, session.csrf)


ViewerDep = Annotated[Viewer, Depends(find_viewer)]


def same_site(request: Request) -> None:
    """Refuse a form that another site sent: the check for forms that have no session yet.

    Browsers say where a request comes from; a client that says nothing is not a browser.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = site not in ("same-origin", "none") if site else bool(origin) and not _own(request, origin)
    if foreign:
        raise Forbidden("This form was sent from another site.")


def sender(request: Request, viewer: ViewerDep, csrf: Annotated[str, Form(max_length=500)] = "") -> Viewer:
    """Return the viewer of a form that carries their own token; raises Forbidden otherwise."""
    same_site(request)
    if not compare_digest(csrf.encode(errors="replace"), viewer.csrf.encode()):
        raise Forbidden("The form was out of date. Load the page again and repeat what you did.")
    return viewer


SenderDep = Annotated[Viewer, Depends(sender)]


def viewer_or_none(request: Request) -> Viewer | None:
    """Return the viewer if there is one; never raises on purpose, so that error pages can use it."""
    parts: Services = request.app.state.services
    try:
        return find_viewer(request, parts)
    except BreakwaterError:
        return None


def remember(response: Response, token: str, settings: Settings) -> None:
    """Keep a session in the browser."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response) -> None:
    """Drop the session from the browser."""
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


def client_address(request: Request) -> str:
    """Name the client for throttling."""
    return request.client.host if request.client else "unknown"


def safe_path(path: str, default: str = "/queue") -> str:
    """Keep a path within this site: where to go after signing in must not lead elsewhere."""
    # A browser reads a backslash as a slash, and two of either begin the name of another site.
    inside = path.startswith("/") and not path.replace("\\", "/").startswith("//")
    return path if inside and path.isprintable() else default


def _own(request: Request, origin: str | None) -> bool:
    return (origin or "").partition("://")[2] == request.headers.get("Host")
