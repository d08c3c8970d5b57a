"""Tests of the reviewer's work, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from model.records import Act, Band

if TYPE_CHECKING:
    from tests.browser.conftest import Site

OpenPage = Callable[..., Page]
ARABIC = "رحلة مضمونة الخميس القادم، مكانان فقط، العائلات مرحب بها والدفع بعد الوصول"
HOSTILE = (
    "<script>document.title='broken'</script> \x00\x07 \u202eoverride\u202c <b>bold</b> {{ 7 * 7 }} "
    "a\u0301\u0302 👨‍👩‍👧 &amp; \u2066isolate "
)


def fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_keyboard_alone_claims_decides_and_goes_on(open_page: OpenPage, site: Site) -> None:
    """n claims, a digit and a letter choose, Shift+Enter records and opens the next case."""
    first = site.submit()
    second = site.submit("Boat on Friday to the island, last two places, message me", act=Act.OFFER)
    page = open_page("/queue", "mira")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/cases/"))
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_text(re.compile("decided: Offer"))).to_be_visible()
    states = {site.parts.triage.case(case_id).state for case_id in (first, second)}
    assert states == {"closed", "claimed"}
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def test_looking_at_escalated_cases_does_not_stop_the_work(open_page: OpenPage, site: Site) -> None:
    """A moderator who last looked at the leads' lane still goes on with the next case of their own."""
    first, second = site.submit(), site.submit("Boat on Friday to the island, last two places")
    site.take_over("mira", first)
    page = open_page("/queue?lane=escalated", "mira")
    page.goto(f"{site.url}/cases/{first}")
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("Shift+Enter")
    expect(page).to_have_url(re.compile(f"/cases/{second}"))


def test_decisions_in_the_browser_are_counted(open_page: OpenPage, site: Site) -> None:
    """The metrics count a decision that was taken on a page."""
    page = claimed(open_page, site)
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("decided: Ask")
    registry = site.parts.metrics.registry
    assert registry.get_sample_value("breakwater_decided_total", {"act": "ask"}) == 1


def test_mouse_decides_and_undoes(open_page: OpenPage, site: Site) -> None:
    """Radio buttons and buttons do the same; the decision can be undone while the window is open."""
    case_id = site.submit()
    page = open_page(f"/cases/{case_id}", "mira")
    page.get_by_role("button", name="Claim this case").click()
    page.get_by_role("radio", name="Ask", exact=True).check()
    page.get_by_label("Note").fill("Only asks")
    page.get_by_role("button", name="Record decision").click()
    expect(page.locator(".notice")).to_contain_text("decided: Ask")
    expect(page.get_by_role("list").get_by_text("Only asks")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The decision was undone.")).to_be_visible()
    assert site.parts.triage.case(case_id).standing is None


def test_only_fitting_reasons_are_offered(open_page: OpenPage, site: Site) -> None:
    """Reasons appear with the act, and change with it; the only one that says something is chosen at once."""
    page = claimed(open_page, site)
    expect(page.locator("[data-acts]:visible")).to_have_count(0)
    page.keyboard.press("1")
    offered = page.locator("[data-acts]:visible").count()
    page.keyboard.press("3")
    expect(page.locator("[data-acts]:visible")).to_have_count(2)
    expect(page.locator("[data-acts]:visible input").first).to_be_checked()
    assert offered > 1


def test_an_unfinished_decision_is_not_sent(open_page: OpenPage, site: Site) -> None:
    """Enter without an act records nothing and says what is missing."""
    page = claimed(open_page, site)
    page.keyboard.press("Enter")
    assert page.locator("input[name=act]").first.evaluate("field => field.validity.valueMissing")
    expect(page.get_by_role("button", name="Record decision")).to_be_visible()


def test_keys_do_not_act_while_typing(open_page: OpenPage, site: Site) -> None:
    """Letters typed into the note are text; Ctrl+Enter sends from there."""
    page = claimed(open_page, site)
    page.keyboard.press("3")
    page.get_by_label("Note").fill("")
    page.get_by_label("Note").press_sequentially("serenx 1")
    expect(page.get_by_label("Note")).to_have_value("serenx 1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice")).to_contain_text("decided: Ask")


@pytest.mark.parametrize(
    ("key", "said", "state"),
    [
        ("s", "will not be offered to you again", "open"),
        ("r", "is back in the queue", "open"),
        ("e", "is with the leads now", "escalated"),
    ],
)
def test_keys_skip_release_and_escalate(
    open_page: OpenPage, site: Site, key: str, said: str, state: str
) -> None:
    """Each way to part with a case is one key, and the queue says what became of it."""
    page = claimed(open_page, site)
    page.keyboard.press(key)
    expect(page.get_by_role("status")).to_contain_text(said)
    assert site.parts.triage.case(1).state == state


def test_escalation_takes_the_note_along(open_page: OpenPage, site: Site) -> None:
    """What was typed into the note goes to the leads, who can claim the case."""
    page = claimed(open_page, site)
    page.get_by_label("Note").fill("A child may be on board")
    page.get_by_role("button", name="Escalate").click()
    lead = open_page("/queue?lane=escalated", "lena")
    lead.keyboard.press("n")
    expect(lead.get_by_text("A child may be on board")).to_be_visible()
    expect(lead.get_by_role("button", name="Record decision")).to_be_visible()


def test_extending_keeps_the_draft(open_page: OpenPage, site: Site) -> None:
    """x holds the case longer; what was entered stays."""
    page = claimed(open_page, site)
    page.keyboard.press("3")
    page.get_by_label("Note").fill("half a thought")
    page.get_by_label("Note").blur()
    page.keyboard.press("x")
    page.wait_for_load_state()
    expect(page.get_by_label("Note")).to_have_value("half a thought")
    expect(page.get_by_role("radio", name="Ask", exact=True)).to_be_checked()
    expect(page.locator("[data-left]")).to_have_text(re.compile(r"1[45]:\d\d"))


def test_a_lost_claim_keeps_the_note(open_page: OpenPage, site: Site) -> None:
    """When the hold is gone nothing is recorded, the page says so, and what was typed is not lost."""
    page = claimed(open_page, site)
    site.take_over("mira", 1)
    page.keyboard.press("3")
    page.get_by_label("Note").fill("seen twice this week")
    page.get_by_role("button", name="Record decision").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was recorded.")
    expect(page.get_by_label("Your note")).to_have_value("seen twice this week")
    page.get_by_role("button", name="Claim it again").click()
    expect(page.get_by_label("Note")).to_have_value("seen twice this week")
    assert site.parts.triage.case(1).standing is None


def test_a_case_in_other_hands_cannot_be_acted_on(open_page: OpenPage, site: Site) -> None:
    """Another reviewer sees who holds a case and gets no form."""
    claimed(open_page, site)
    page = open_page("/cases/1", "lena")
    expect(page.get_by_role("heading", name="In review by mira")).to_be_visible()
    expect(page.locator("[data-decision]")).to_have_count(0)


def test_an_auditor_sees_and_cannot_act(open_page: OpenPage, site: Site) -> None:
    """The auditor reads the queue and a case; nothing there acts."""
    site.submit()
    page = open_page("/queue", "audra")
    expect(page.get_by_role("button", name="Claim next")).to_have_count(0)
    page.get_by_role("link", name=re.compile("Case 1")).click()
    expect(page.get_by_text("your role does not decide them")).to_be_visible()
    assert page.request.post(f"{site.url}/cases/1/claim", max_redirects=0).status == 403


def test_help_opens_on_a_question_mark(open_page: OpenPage) -> None:
    """? opens a dialog with the keys, Esc closes it."""
    page = open_page("/queue", "mira")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_the_queue_lists_filters_and_explains_itself(open_page: OpenPage, site: Site) -> None:
    """Lanes count what waits; a filter narrows the list; an empty list says why."""
    site.submit(platform="tiktok")
    site.submit(ARABIC, band=Band.REVIEW, platform="telegram")
    page = open_page("/queue", "mira")
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator("[lang=ar] >> nth=0")).to_have_attribute("dir", "auto")
    page.get_by_label("Platform").select_option("telegram")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("n")
    expect(page.locator(".post")).to_have_text(ARABIC)
    page.goto(site.url + "/queue?lane=unsure")
    expect(page.get_by_role("heading", name="Nothing waits in Unsure")).to_be_visible()


def test_a_post_is_shown_exactly_and_harmlessly(open_page: OpenPage, site: Site) -> None:
    """Markup, controls and direction tricks in a post are text, marked where they weigh, and counted."""
    text = (HOSTILE + site.advert + "\n") * 20
    case_id = site.submit(text, url="https://example.org/a?b=\u202egpj")
    page = open_page(f"/cases/{case_id}", "mira")
    shown = page.locator(".post").evaluate("post => post.textContent")
    assert shown == text.replace("\x00", "␀").replace("\x07", "␇")
    expect(page.locator(".post mark").first).to_be_visible()
    expect(page.get_by_text("40 control characters, 60 direction overrides")).to_be_visible()
    expect(page.locator("#post-link")).to_have_text("https://example.org/a?b=\\u202egpj")
    assert page.locator("main a[href*='example.org']").count() == 0
    assert page.title() == f"Case {case_id} · Breakwater"


def test_characters_that_utf8_lacks_do_not_break_a_page(open_page: OpenPage, site: Site) -> None:
    """Lone surrogates in a post's fields and in a note leave its queue and its case to be seen."""
    case_id = site.submit(platform="\ud800", id="1", account="\udfff")
    mira = site.parts.accounts.session(site.token("mira")).principal
    claim = site.parts.triage.claim_case(mira, case_id)[1]
    page = open_page("/queue", "mira")
    expect(page.get_by_role("heading", level=1)).to_have_text("Queue")
    site.parts.triage.decide(case_id, claim.token, Act.OFFER, "sells_passage", "seen \ud800")
    page.goto(f"{site.url}/cases/{case_id}")
    expect(page.get_by_role("complementary")).to_contain_text("seen")


def test_the_longest_post_stays_usable(open_page: OpenPage, site: Site) -> None:
    """Fifty thousand characters without a space neither stretch the page nor stop it."""
    case_id = site.submit(("passage" * 8_000)[:50_000])
    page = open_page(f"/cases/{case_id}", "mira", size="phone")
    assert fits(page)
    expect(page.get_by_role("button", name="Claim this case")).to_be_visible()


def test_pages_fit_a_phone(open_page: OpenPage, site: Site) -> None:
    """No page scrolls sideways at phone width, with a form or without."""
    site.submit(account="@" + "long" * 30, url="https://example.org/" + "x" * 300)
    site.take_over("mira", 1)
    page = open_page("/queue", "mira", size="phone")
    wide = [] if fits(page) else ["/queue"]
    for path in ("/cases/1", "/paste", "/releases", "/cases/99", "/queue?lane=unsure"):
        page.goto(site.url + path)
        wide += [] if fits(page) else [path]
    assert wide == []


def test_a_stale_form_is_refused(open_page: OpenPage, site: Site) -> None:
    """A form without the session's own token changes nothing."""
    page = claimed(open_page, site)
    page.locator("[data-decision] input[name=csrf]").evaluate("field => { field.value = 'forged'; }")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("You may not do this")
    assert site.parts.triage.case(1).standing is None


def claimed(open_page: OpenPage, site: Site) -> Page:
    """Open a case that the moderator holds."""
    site.submit()
    page = open_page("/queue", "mira")
    page.get_by_role("button", name="Claim next").click()
    expect(page.get_by_role("button", name="Record decision")).to_be_visible()
    return page
