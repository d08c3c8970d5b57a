"""The way in: first admin, sign in, sign out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from model.errors import BreakwaterError, Forbidden, StoreUnavailable, TooManyAttempts, Unauthenticated
from service.api.access import SESSION_COOKIE, ServicesDep
from service.pages.rendering import go, page
from service.pages.viewer import (
    SenderDep,
    client_address,
    forget,
    remember,
    safe_path,
    same_site,
    viewer_or_none,
)
from service.services import Services

router = APIRouter(include_in_schema=False)
Field = Annotated[str, Form(max_length=2_000)]


@router.get("/")
def start(request: Request) -> Response:
    """Lead to the queue, or to sign in."""
    return go("/queue" if viewer_or_none(request) else "/sign-in")


@router.get("/setup")
def setup_form(token: str = "") -> Response:
    """Show the form that makes the first admin."""
    return page("setup.html", None, token=token, name="")


@router.post("/setup", dependencies=[Depends(same_site)])
def setup(
    request: Request,
    parts: ServicesDep,
    token: Field = "",
    name: Field = "",
    password: Field = "",
    again: Field = "",
) -> Response:
    """Make the first admin and sign them in."""
    try:
        if password != again:
            raise Forbidden("The two passwords differ.")
        parts.accounts.create_first_admin(token, name.strip(), password)
    except StoreUnavailable:
        raise
    except BreakwaterError as error:
        return page("setup.html", None, status=422, token=token, name=name, problem=str(error))
    return _signed_in(request, parts, name.strip(), password, "/queue")


@router.get("/sign-in")
def sign_in_form(
    request: Request, onward: Annotated[str, Query(alias="next")] = "/queue", bye: str = ""
) -> Response:
    """Show the sign-in form, or go on if there is a session already."""
    if viewer_or_none(request):
        return go(safe_path(onward))
    return page(
        "sign_in.html",
        None,
        next=safe_path(onward),
        name="",
        wait=0,
        notice="You are signed out." if bye else "",
    )


@router.post("/sign-in", dependencies=[Depends(same_site)])
def sign_in(
    request: Request,
    parts: ServicesDep,
    name: Field = "",
    password: Field = "",
    onward: Annotated[str, Form(alias="next", max_length=2_000)] = "/queue",
) -> Response:
    """Check the password and start a session; a wrong one and a throttled one come back to the form."""
    kept = {"next": safe_path(onward), "name": name}
    try:
        return _signed_in(request, parts, name.strip(), password, kept["next"])
    except TooManyAttempts as error:
        response = page("sign_in.html", None, status=429, wait=error.retry_after, **kept)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except Unauthenticated:
        return page(
            "sign_in.html", None, status=401, wait=0, problem="The name or the password is wrong.", **kept
        )


@router.post("/sign-out")
def sign_out(request: Request, parts: ServicesDep, _viewer: SenderDep) -> Response:
    """End the session."""
    parts.accounts.sign_out(request.cookies[SESSION_COOKIE])
    response = go("/sign-in?bye=yes")
    forget(response)
    return response


def _signed_in(request: Request, parts: Services, name: str, password: str, path: str) -> Response:
    _, token = parts.accounts.sign_in(name, password, client_address(request))
    response = go(path)
    remember(response, token, parts.settings)
    return response
