"""The card is one complete page with its charts inside, and the same figures give the same bytes."""

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from model.classifier import ACTS
from model.policy import Policy
from model.records import Act
from training.evaluate import Metrics, Predictions, measure
from training.report import card, evaluation_page

POLICY = Policy(review=0.3, high=0.7)
_VOID = {"meta", "br", "img"}
_MAY_STAY_OPEN = {"html"}


class _Nesting(HTMLParser):
    """Notes every tag that is closed out of order, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        """Remember what is open."""
        self.seen.append(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        """An empty element is closed at once."""
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """What is closed must be what was opened last."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def _predictions(languages: tuple[str, ...] = ("en", "ps")) -> Predictions:
    generator = np.random.default_rng(5)
    acts = np.arange(220) % len(ACTS)
    probability = np.clip(generator.normal(0.25 + 0.4 * (acts < 2), 0.15), 0, 1)
    codes = np.array([languages[i % len(languages)] for i in range(220)])
    return Predictions(codes, acts, acts, probability, probability, np.zeros(220, dtype=np.bool_))


def _facts(metrics: Metrics) -> dict[str, Any]:
    background: dict[str, Any] = {"posts": 1234, "false_positive_rate": 0.0017}
    background["languages"] = {"sw": {"posts": 500, "false_positive_rate": 0.004}}
    metrics["background"] = background
    metrics["evasion"] = {"spacing, light": {"adverts": 3, "written": 0.8, "rewritten": 0.7}}
    return {"metrics": metrics, "examples": 220, "data_digest": "0123456789abcdef"}


@pytest.fixture(name="page", scope="module")
def _page() -> str:
    predictions = _predictions()
    facts = _facts(measure(predictions, POLICY))
    return card(facts, POLICY, predictions.adverts, predictions.probability)


def _check_html(page: str) -> _Nesting:
    checked = _Nesting()
    checked.feed(page)
    checked.close()
    assert checked.wrong == []
    assert set(checked.open) <= _MAY_STAY_OPEN
    return checked


def test_tags_are_nested_as_they_should_be(page: str) -> None:
    """Nothing is left open but what HTML lets stay open."""
    checked = _check_html(page)
    assert page.startswith("<!doctype html>")
    assert checked.seen.count("h1") == 1
    assert checked.seen.count("table") == 4


def test_charts_are_drawings_with_a_caption_each(page: str) -> None:
    """Three well-formed SVG figures that a screen reader can name."""
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 3
    for drawing in drawings:
        assert ET.fromstring(drawing).tag.endswith("svg")  # noqa: S314 - drawn by ourselves
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    assert re.findall(r"role='img' aria-label='(.*?)'", page) == captions
    assert len(set(captions)) == 3


def test_the_card_is_complete(page: str) -> None:
    """What it was trained on, where its bands are, what they cost, for whom, and what it is not for."""
    told = ["220 examples", "1,234 ordinary posts", "0123456789ab", "0.3000", "0.7000", "1.7"]
    told += ["did not see", "decides nothing", "people who\nmove"]
    assert [text for text in told if text not in page] == []
    firsts = re.findall(r"<tr><td>(.*?)</td>", page)
    assert firsts == ["en", "ps", "all", *(str(act) for act in ACTS), "sw", "spacing, light"]


def test_the_card_asks_for_nothing_from_outside(page: str) -> None:
    """No script, no link, no picture to fetch."""
    assert not re.search(r"<script|<link|<img|src=|@import|href=\"http", page)


def test_the_same_figures_give_the_same_bytes(page: str) -> None:
    """No date, no random id."""
    predictions = _predictions()
    again = card(_facts(measure(predictions, POLICY)), POLICY, predictions.adverts, predictions.probability)
    assert again == page


def test_words_from_outside_are_escaped() -> None:
    """A language code that someone brought is text, never markup."""
    predictions = _predictions(("en", "<script>alert(1)</script>"))
    page = evaluation_page(measure(predictions, POLICY), "<b>r", POLICY, predictions)
    assert "<script" not in page
    assert "&lt;b&gt;r" in page
    _check_html(page)


def test_a_chart_labels_the_languages_that_have_adverts() -> None:
    """A language without adverts has no recall to draw."""
    predictions = _predictions()
    benign = predictions.where((predictions.languages == "en") | ~predictions.adverts)
    page = evaluation_page(measure(benign, POLICY), "r1", POLICY, benign)
    bars = re.findall(r"<svg.*?</svg>", page, re.DOTALL)[-1]
    assert ">en<" in bars
    assert ">ps<" not in bars


@pytest.mark.parametrize("adverts", [True, False])
def test_one_sided_data_is_reported_without_what_it_lacks(adverts: bool) -> None:
    """Only adverts or none at all: what cannot be counted is a dash."""
    predictions = _predictions()
    chosen = predictions.where(predictions.adverts == adverts)
    page = evaluation_page(measure(chosen, POLICY), "r1", POLICY, chosen)
    _check_html(page)
    assert page.count("<svg") == (3 if adverts else 0)
    assert "<td>–</td>" in page


def test_no_false_alarm_rate_reads_as_none() -> None:
    """A release trained without ordinary posts still has a card."""
    predictions = _predictions()
    facts = _facts(measure(predictions, POLICY))
    facts["metrics"]["background"]["false_positive_rate"] = None
    assert "1,000 ordinary posts 0.0" in card(facts, POLICY, predictions.adverts, predictions.probability)


def test_bands_that_nothing_reaches_are_not_marked() -> None:
    """The curve is drawn all the same."""
    predictions = _predictions()
    page = evaluation_page(measure(predictions, Policy(2.0, 2.0)), "r1", Policy(2.0, 2.0), predictions)
    assert ">review<" not in page
    assert ">review<" in evaluation_page(measure(predictions, POLICY), "r1", POLICY, predictions)
    assert Act.OFFER.value in page
