"""The outside form of scores and errors, the same over HTTP, on the command line and in files."""

import re
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from model.errors import BreakwaterError
from model.records import Evidence, Explanation, Score
from service.records import Case, Claim


def score_answer(score: Score) -> dict[str, Any]:
    """Give a score's fields by name, ready for JSON."""
    answer = asdict(score)
    answer["services"] = list(score.services)
    return answer


def explanation_answer(explanation: Explanation, text: str) -> dict[str, Any]:
    """Give a score with its log-odds and the evidence spans, strongest first."""
    return score_answer(explanation.score) | {
        "runner_up": explanation.runner_up,
        "advert_log_odds": explanation.advert_log_odds,
        "advert_intercept": explanation.advert_intercept,
        "act_log_odds": explanation.act_log_odds,
        "act_intercept": explanation.act_intercept,
        "evidence": [_span(span, text) for span in strongest_first(explanation.evidence)],
    }


def strongest_first(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Order spans by what they add to the advert's log-odds, either way."""
    return sorted(evidence, key=lambda span: (-abs(span.advert), span.start))


def case_answer(case: Case) -> dict[str, Any]:
    """Give a case: its post and score, where it stands, and its history."""
    answer = record_answer(case, "explanation", "identity")
    return answer | {"score": score_answer(case.score)}


def case_in_full(case: Case) -> dict[str, Any]:
    """Give a case with the reasons for its score."""
    return case_answer(case) | {"score": explanation_answer(case.explanation, case.post.text)}


def claimed_answer(case: Case, claim: Claim) -> dict[str, Any]:
    """Give a claimed case and what proves the claim."""
    return {"case": case_in_full(case), "claim": record_answer(claim)}


def error_answer(error: BreakwaterError, where: str = "") -> dict[str, Any]:
    """Give an error's type and detail; `where` names the file and line it stands in."""
    detail = f"{where}: {error}" if where else str(error)
    return {"error": {"type": error_type(error), "detail": detail}}


def error_type(error: BreakwaterError) -> str:
    """Name an error's class as outside interfaces spell it: InvalidPost is `invalid-post`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()


def _span(span: Evidence, text: str) -> dict[str, Any]:
    return asdict(span) | {"text": text[span.start : span.end]}


def record_answer(record: Any, *leave_out: str) -> dict[str, Any]:
    """Give a record's fields by name, ready for JSON; times become ISO 8601."""
    fields = (name for name in record.__dataclass_fields__ if name not in leave_out)
    return {name: _plain(getattr(record, name)) for name in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if is_dataclass(value):
        return record_answer(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    return value
