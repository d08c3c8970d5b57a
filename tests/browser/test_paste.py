"""Tests of checking a text and of the releases, in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Site

OpenPage = Callable[..., Page]


def test_a_pasted_text_is_scored_and_not_kept(open_page: OpenPage, site: Site) -> None:
    """The score, the evidence and the reasons are shown; no case comes of it."""
    page = open_page("/paste", "mira")
    page.get_by_label("Text of the post").fill(site.advert)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Evidence on the text")).to_be_visible()
    assert page.locator(".post").inner_text() == site.advert
    assert page.locator(".post mark").count() > 0
    expect(page.get_by_role("table")).to_be_visible()
    assert site.parts.triage.summary().lanes[0].open == 0
    assert page.get_by_text("not stored").is_visible()


def test_a_text_that_cannot_be_scored_says_why(open_page: OpenPage) -> None:
    """Nothing and too much each get their own words, and what was pasted stays."""
    page = open_page("/paste", "mira")
    page.get_by_role("button", name="Score").click()
    expect(page.get_by_role("alert")).to_have_text("Paste the text of a post first.")
    page.get_by_label("Text of the post").fill("long " * 10_001)
    page.get_by_role("button", name="Score").click()
    expect(page.get_by_role("alert")).to_contain_text("the limit is 50,000")
    assert page.get_by_label("Text of the post").input_value().startswith("long long")


def test_the_release_and_its_card_are_shown(open_page: OpenPage, site: Site) -> None:
    """The release in use has its thresholds, its metrics by language, and a card without scripts."""
    version = site.parts.live.get().version
    page = open_page("/releases", "mira")
    expect(page.get_by_role("rowheader", name=version)).to_be_visible()
    expect(page.get_by_role("rowheader", name="Arabic")).to_be_visible()
    expect(page.get_by_role("button", name="Promote")).to_have_count(0)
    page.get_by_role("link", name="Model card").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Breakwater model card")
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_a_release_is_promoted_and_rolled_back(open_page: OpenPage, site: Site, release_root: Path) -> None:
    """Who may change the release does so by a button; the page says what became of it."""
    folder = site.parts.settings.releases_path
    folder.unlink()
    shutil.copytree(release_root, folder)
    pointer = folder / "current"
    served = pointer.read_text()
    pointer.write_text(served * 2)
    page = open_page("/releases", "adan")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("status")).to_contain_text("Rolled back")
    assert pointer.read_text() == served
    pointer.write_text("")
    page.reload()
    page.get_by_role("button", name="Promote").click()
    expect(page.get_by_role("status")).to_contain_text("Promoted")


def test_pages_that_are_not_there_say_so(open_page: OpenPage) -> None:
    """An unknown address gets a page, not raw data."""
    page = open_page("/nowhere", "mira")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
