"""Tests of the way in, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Site

OpenPage = Callable[..., Page]
Serve = Callable[[FastAPI], AbstractContextManager[str]]


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill in and send the sign-in form."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_first_admin_is_made_through_the_link(chromium: Browser, empty_app: FastAPI, serve: Serve) -> None:
    """The one-time link makes an admin, signs them in, and does not work twice."""
    token = empty_app.state.services.accounts.setup_link_token()
    password = "nine green harbours"
    with serve(empty_app) as url, chromium.new_context() as context:
        page = context.new_page()
        for outcome in ("Queue", "Create the first admin"):
            page.goto(f"{url}/setup?token={token}")
            page.get_by_label("Name").fill("adan")
            page.get_by_label("Password", exact=True).fill(password)
            page.get_by_label("Password again").fill(password)
            page.get_by_role("button", name="Create admin").click()
            expect(page.get_by_role("heading", level=1)).to_have_text(outcome)
        expect(page.get_by_role("alert")).to_be_visible()


def test_sign_in_leads_to_the_page_asked_for_and_out_again(open_page: OpenPage, site: Site) -> None:
    """Without a session any page leads to sign in, and from there back to it."""
    page = open_page("/paste?from=chat")
    expect(page).to_have_url(re.compile("/sign-in.next="))
    sign_in(page, "mira", site.password)
    expect(page).to_have_url(f"{site.url}/paste?from=chat")
    expect(page.get_by_text("mira")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto(site.url + "/queue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_foreign_next_is_not_followed(open_page: OpenPage, site: Site) -> None:
    """Signing in never leads to another site."""
    page = open_page("/sign-in?next=//example.org/queue")
    sign_in(page, "mira", site.password)
    expect(page).to_have_url(f"{site.url}/queue")


def test_wrong_passwords_are_refused_and_then_throttled(open_page: OpenPage) -> None:
    """A wrong password says so and keeps the name; too many of them say when to try again."""
    page = open_page("/sign-in")
    sign_in(page, "mira", "not the password")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("mira")
    for _ in range(20):
        if page.get_by_text("Too many attempts").is_visible():
            break
        sign_in(page, "mira", "not the password")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"Try again in\s+\d+:\d\d"))
    expect(page.get_by_role("button", name="Sign in")).to_be_disabled()


def test_sign_in_fits_a_phone_and_the_keyboard(open_page: OpenPage, site: Site) -> None:
    """The form is usable by keyboard alone at phone width."""
    page = open_page("/sign-in", size="phone")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("mira")
    page.keyboard.press("Tab")
    page.keyboard.type(site.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/queue")
