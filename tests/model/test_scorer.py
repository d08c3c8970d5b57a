"""Scores equal scikit-learn's, do not depend on the batch, and are explained to the last part."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.artifact import Release, Releases
from model.classifier import ADVERT_COLUMNS, SERVICES, act_probabilities, relevance_and_stance
from model.errors import InvalidPost
from model.features import prepare
from model.records import Band
from model.scorer import MAX_CHARS
from training.examples import read_examples

TEXTS = [
    "Two places left for Thursday night, families welcome, pay when you are there. Write me in private",
    "Selling my phone, screen like new, 300, write me in private",
    "رحلة مضمونة الدفع بعد الوصول تواصل خاص",
    "🇫🇷➡️🇬🇧 🚤",
    "p a s s p o r t p a s s p o r t ！",
    "ሰላም ናችሁ ዛሬ",
    "a\x00b \ud800 zero\u200bwidth",
]
SETTINGS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)


@pytest.mark.parametrize("text", TEXTS)
def test_scores_equal_scikit_learn(release: Release, release_root: Path, text: str) -> None:
    """The scorer's probabilities are those of the pipeline in the release."""
    classifier = Releases(release_root).classifier(release.version)
    acts = act_probabilities(classifier.act_scores([prepare(text)]))[0]
    relevance, stance = relevance_and_stance(acts)
    score = release.scorer.score(text)
    assert score.relevance == pytest.approx(float(relevance), abs=1e-9)
    assert score.stance == pytest.approx(float(stance), abs=1e-9)
    assert score.probability == pytest.approx(float(acts[ADVERT_COLUMNS].sum()), abs=1e-9)


def test_services_equal_scikit_learn(release: Release, release_root: Path) -> None:
    """A service is named when its head says more than one half, for adverts only."""
    classifier = Releases(release_root).classifier(release.version)
    shares = classifier.service_probabilities([prepare(TEXTS[0])])[0]
    expected = {service for service, share in zip(SERVICES, shares, strict=True) if share >= 0.5}
    score = release.scorer.score(TEXTS[0])
    assert score.act.is_advert
    assert set(score.services) == expected


def test_a_score_does_not_depend_on_its_batch(release: Release, small_data: Path) -> None:
    """Alone, in any company and in any order, a text gets the same score to the last bit."""
    texts = [example.text for example in read_examples([small_data / "en.jsonl"])]
    together = release.scorer.score_many(texts)
    assert release.scorer.score_many(texts[::-1])[::-1] == together
    assert [release.scorer.score(text) for text in texts] == together


def assert_sums(release: Release, text: str) -> None:
    """Intercept plus evidence is the log-odds, for both comparisons."""
    told = release.scorer.explain(text)
    assert told.advert_intercept + sum(span.advert for span in told.evidence) == pytest.approx(
        told.advert_log_odds, abs=1e-9
    )
    assert told.act_intercept + sum(span.act for span in told.evidence) == pytest.approx(
        told.act_log_odds, abs=1e-9
    )


@pytest.mark.parametrize("text", TEXTS)
def test_evidence_sums_to_the_log_odds(release: Release, text: str) -> None:
    """Every part of the score is drawn on the text."""
    assert_sums(release, text)


@SETTINGS
@given(st.text(st.characters(codec=None), min_size=1, max_size=120).filter(str.strip))
def test_evidence_sums_on_any_text(release: Release, text: str) -> None:
    """Explanations stay exact on text of any script, and spans stay inside it in order."""
    assert_sums(release, text)
    spans = release.scorer.explain(text).evidence
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_evidence_sums_on_every_example(release: Release, small_data: Path) -> None:
    """Explanations are exact on all examples, which hold every evasion."""
    for example in read_examples(sorted(small_data.glob("*.jsonl"))):
        assert_sums(release, example.text)


def test_log_odds_are_those_of_the_score(release: Release, release_root: Path) -> None:
    """The log-odds compare the likeliest advert act with the likeliest other act."""
    acts = Releases(release_root).classifier(release.version).act_scores([prepare(TEXTS[0])])[0]
    others = np.delete(acts, ADVERT_COLUMNS)
    told = release.scorer.explain(TEXTS[0])
    assert told.advert_log_odds == pytest.approx(acts[ADVERT_COLUMNS].max() - others.max(), abs=1e-9)


def test_evidence_lies_on_the_words_as_posted(release: Release) -> None:
    """Offsets count code points of the original, whatever was folded away before them."""
    text = "\u200b\u200bВUS, PHONE"
    words = [text[span.start : span.end] for span in release.scorer.explain(text).evidence]
    assert words == ["ВUS", "PHONE"]


@pytest.mark.parametrize("text", ["", "  \n\t", "x" * (MAX_CHARS + 1)])
def test_nothing_and_too_much_are_refused(release: Release, text: str) -> None:
    """Empty, blank and over-long texts are invalid posts."""
    with pytest.raises(InvalidPost):
        release.scorer.score(text)


@pytest.mark.parametrize("text", ["🚤🚤🚤", "ok", "\x00\x00", "ꦲꦤꦕꦫꦏ ꦢꦠꦱꦮꦭ", "12345678 99999999"])
def test_what_cannot_be_judged_is_unsure(release: Release, text: str) -> None:
    """Emoji only, two letters, no letters, an unknown script: the release abstains."""
    assert release.scorer.score(text).band is Band.UNSURE


def test_the_longest_text_is_scored(release: Release) -> None:
    """A text at the limit gets a score."""
    assert release.scorer.score("word " * (MAX_CHARS // 5)).language


def test_hostile_strings_are_scored_and_explained(release: Release, shared_data: Path) -> None:
    """Naughty strings neither fail nor break the sum."""
    lines = (shared_data / "blns" / "data.jsonl").read_text(encoding="utf-8").splitlines()
    for text in (json.loads(line)["text"] for line in lines):
        if text.strip():
            assert_sums(release, text)
