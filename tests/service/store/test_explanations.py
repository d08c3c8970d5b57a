"""Explanations as JSON."""

import json
from typing import Any

import numpy as np

from service.store.explanations import pack, unpack


def test_explanation_survives_json(explained: Any) -> None:
    """Score and evidence come back equal, to the last bit."""
    _, explanation = explained("Two places", stance=0.1 + 0.2)
    assert unpack(json.loads(json.dumps(pack(explanation)))) == explanation


def test_array_numbers_become_plain(explained: Any) -> None:
    """Numbers that come out of arrays are written as plain JSON numbers."""
    _, explanation = explained("Two places", stance=np.float32(0.5))
    assert json.loads(json.dumps(pack(explanation)))["stance"] == 0.5
