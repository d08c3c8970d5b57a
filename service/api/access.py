"""Who is calling: an API key or a session cookie becomes a principal with scopes."""

from collections.abc import Callable
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from model.errors import Forbidden, Unauthenticated
from service.accounts import Accounts
from service.records import Principal
from service.services import Services

SESSION_COOKIE = "breakwater_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, description="An API key: `breakwater key create`.")
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="A signed-in browser session.")


def services(request: Request) -> Services:
    """Give a route the parts that the application was built from."""
    built: Services = request.app.state.services
    return built


ServicesDep = Annotated[Services, Depends(services)]


def principal(
    request: Request,
    parts: ServicesDep,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Principal:
    """Find out who calls.

    Raises Unauthenticated without a valid key or session, Forbidden when a session's unsafe request
    lacks its CSRF token.
    """
    if bearer is not None:
        return parts.accounts.principal_for_key(bearer.credentials)
    if cookie is None:
        raise Unauthenticated("send an API key as `Authorization: Bearer ...`, or sign in")
    session = parts.accounts.session(cookie)
    sent = request.headers.get(CSRF_HEADER, "").encode()
    if request.method not in _SAFE_METHODS and not compare_digest(sent, session.csrf.encode()):
        raise Forbidden(f"a signed-in browser must send its token in {CSRF_HEADER}")
    return session.principal


def check_caller(accounts: Accounts, request: Request) -> None:
    """Raise Unauthenticated unless the key or the session that a request carries is still valid."""
    scheme, secret = get_authorization_scheme_param(request.headers.get("Authorization"))
    if scheme.lower() == "bearer":
        accounts.principal_for_key(secret)
    else:
        accounts.session(request.cookies.get(SESSION_COOKIE, ""))


PrincipalDep = Annotated[Principal, Depends(principal)]


def require(scope: str) -> Callable[[Principal], Principal]:
    """Make a dependency that demands a scope; raises Forbidden without it."""

    def check(caller: PrincipalDep) -> Principal:
        if scope not in caller.scopes:
            raise Forbidden(f"this needs the scope `{scope}`")
        return caller

    return check


ScoreCaller = Annotated[Principal, Depends(require("score"))]
PostsCaller = Annotated[Principal, Depends(require("posts"))]
ReadCaller = Annotated[Principal, Depends(require("read"))]
ReviewCaller = Annotated[Principal, Depends(require("review"))]
ExportCaller = Annotated[Principal, Depends(require("export"))]
RetrainCaller = Annotated[Principal, Depends(require("retrain"))]
