"""The outside form of scores, cases and errors."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from model.errors import BreakwaterError, InvalidPost, TooManyAttempts
from model.records import Evidence
from service.answers import (
    case_answer,
    case_in_full,
    claimed_answer,
    error_answer,
    error_type,
    explanation_answer,
    record_answer,
    score_answer,
    strongest_first,
)
from service.records import Job, Key, Principal
from service.triage import Triage

SCORE_KEYS = ["probability", "relevance", "stance", "band", "language", "act", "services", "release"]


def test_score_answer_names_every_field(explained: Any) -> None:
    """A score's fields come in one order, with plain values."""
    _, explanation = explained("Two places", stance=0.5)
    answer = score_answer(explanation.score)
    assert list(answer) == SCORE_KEYS
    assert json.loads(json.dumps(answer))["services"] == ["sea"]
    assert (answer["band"], answer["act"]) == ("high", "offer")


def test_explanation_answer_quotes_the_text(explained: Any) -> None:
    """Each span comes with its text, the strongest first."""
    _, explanation = explained("\U0001f6a2wo places")
    answer = explanation_answer(explanation, "\U0001f6a2wo places")
    assert [span["text"] for span in answer["evidence"]] == ["\U0001f6a2wo", "pl"]
    assert answer["evidence"][0] == {
        "start": 0,
        "end": 3,
        "advert": 1.25,
        "act": -0.5,
        "concept": "",
        "text": "\U0001f6a2wo",
    }
    assert answer["runner_up"] == "ask"


def test_strongest_first_looks_at_size_then_place() -> None:
    """What speaks against an advert is as strong as what speaks for it."""
    spans = [Evidence(9, 10, 1.0, 0.0), Evidence(0, 1, 0.5, 0.0), Evidence(4, 5, -1.0, 0.0)]
    assert [span.start for span in strongest_first(spans)] == [4, 9, 0]


def test_case_answers_keep_inner_things_in(triage: Triage, submitted: int, ann: Principal) -> None:
    """A case shows neither its identity nor, in lists, its evidence; a claim shows its token."""
    case, claim = triage.claim_case(ann, submitted)
    short, full = case_answer(case), case_in_full(case)
    assert short.keys() == full.keys()
    assert not {"identity", "explanation"} & short.keys()
    assert ("evidence" in short["score"], "evidence" in full["score"]) == (False, True)
    assert claimed_answer(case, claim)["claim"]["token"] == claim.token
    assert json.loads(json.dumps(full)) == full


def test_record_answer_makes_plain_values() -> None:
    """Times become ISO 8601 and sets sorted lists; fields can be left out."""
    at = datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=UTC)
    key = Key(1, "k", "bw_abc", frozenset({"score", "posts"}), None, at, None)
    answer = record_answer(key, "id", "prefix")
    assert answer == {
        "name": "k",
        "scopes": ["posts", "score"],
        "user": None,
        "created_at": "2026-03-01T12:00:00+00:00",
        "revoked_at": None,
    }


def test_record_answer_passes_results_on() -> None:
    """A job's result is JSON already."""
    job = Job(1, "retrain", "done", "lena", datetime(2026, 3, 1, tzinfo=UTC), None, {"reasons": ["a"]})
    assert record_answer(job)["result"] == {"reasons": ["a"]}


def test_error_answer_names_the_place() -> None:
    """An error has a type and a detail, with the place in front if there is one."""
    error = InvalidPost("text is empty")
    assert error_answer(error) == {"error": {"type": "invalid-post", "detail": "text is empty"}}
    assert error_answer(error, "a.jsonl:7")["error"]["detail"] == "a.jsonl:7: text is empty"


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (TooManyAttempts("wait", retry_after=1), "too-many-attempts"),
        (BreakwaterError("x"), "breakwater-error"),
    ],
)
def test_error_type_spells_the_class(error: BreakwaterError, name: str) -> None:
    """The type is the class, as outside interfaces spell it."""
    assert error_type(error) == name
