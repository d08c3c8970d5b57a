"""Labels for training."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.lines import format_object
from model.records import Act
from service.records import Principal
from service.triage import Triage
from training.examples import read_examples


@pytest.mark.parametrize(
    ("act", "reason", "label"),
    [(Act.OFFER, "sells_passage", "advert"), (Act.ASK, "seeks_passage", "benign")],
)
def test_label_has_what_training_needs(
    triage: Triage, ann: Principal, submitted: int, act: Act, reason: str, label: str, clock: Any
) -> None:
    """A label says what the reviewer said and where it came from; no guess of services gets in."""
    _, claim = triage.claim_case(ann, submitted)
    triage.decide(submitted, claim.token, act, reason)
    (row,) = triage.labels()
    assert (row["act"], row["service"], row["language"], row["release"]) == (act, [], "en", "r1")
    assert row["label"] == label
    assert row["decided_at"] == clock().isoformat()
    assert set(row) == {
        "id",
        "text",
        "language",
        "label",
        "act",
        "service",
        "platform",
        "decided_at",
        "release",
    }


def test_who_cannot_tell_teaches_nothing(triage: Triage, ann: Principal, submitted: int) -> None:
    """The case is closed, and no label comes of it."""
    _, claim = triage.claim_case(ann, submitted)
    triage.decide(submitted, claim.token, Act.UNRELATED, "cannot_tell")
    assert list(triage.labels()) == []


def test_training_reads_labels(triage: Triage, ann: Principal, explained: Any, tmp_path: Path) -> None:
    """A file of labels, odd characters and all, is a file of examples."""
    routed = triage.submit([explained("post one \x00 \ud800"), explained("post two", language="und")])
    for item in routed:
        _, claim = triage.claim_case(ann, item.case_id or 0)
        triage.decide(claim.case_id, claim.token, Act.OFFER, "sells_passage")
    rows = list(triage.labels())
    path = tmp_path / "labels.jsonl"
    path.write_bytes(b"".join(map(format_object, rows)))
    assert {example.text for example in read_examples([path])} == {row["text"] for row in rows}
    assert json.loads(json.dumps(rows)) == rows
