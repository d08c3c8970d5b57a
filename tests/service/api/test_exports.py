"""The labels that reviewers made, as a stream of lines."""

import json
from typing import Any


def _decide(api: Any, text: str, act: str, reason: str) -> int:
    case_id, token = api.claimed(text=text)
    api.post(f"/v1/cases/{case_id}/decide", {"token": token, "act": act, "reason": reason}, "mira")
    return int(case_id)


def _labels(api: Any) -> list[dict[str, Any]]:
    answer = api.get("/v1/exports/labels", "export")
    assert answer.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in answer.content.splitlines()]


def test_labels_are_examples(api: Any) -> None:
    """Each decided case is one labelled example with the reviewer's act."""
    _decide(api, api.advert, "offer", "sells_passage")
    _decide(api, "this is a warning", "warn", "warns_others")
    assert [(label["act"], label["label"]) for label in _labels(api)] == [
        ("offer", "advert"),
        ("warn", "benign"),
    ]


def test_undone_decisions_are_no_labels(api: Any) -> None:
    """A decision that was undone labels nothing until the next one."""
    case_id = _decide(api, api.advert, "offer", "sells_passage")
    api.post(f"/v1/cases/{case_id}/undo")
    assert _labels(api) == []


def test_hostile_text_is_one_line(api: Any) -> None:
    """Line breaks, NULs and lone surrogates in a post neither break the lines nor the encoding."""
    text = "one\r\ntwo\u2028three \x00 \ud83d"
    _decide(api, text, "offer", "sells_passage")
    answer = api.get("/v1/exports/labels", "export").content.decode()
    assert json.loads(answer)["text"] == text
    assert answer.count("\n") == 1


def test_empty_export_is_empty(api: Any) -> None:
    """Without decisions the file is empty."""
    assert _labels(api) == []


def test_labels_without_a_database_are_a_problem(api: Any, problem: Any) -> None:
    """A database that fails is a 503, not the beginning of a file that breaks off."""
    with api.parts.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE decisions RENAME TO elsewhere")
    problem(api.get("/v1/exports/labels", "export"), 503, "store-unavailable")
