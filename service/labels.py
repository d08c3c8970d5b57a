"""Turn a decided case into a labelled example for training."""

from typing import Any

from service.reasons import CANNOT_TELL
from service.records import Case, Decision


def teaches(decision: Decision) -> bool:
    """Whether a decision says what the post does; `cannot_tell` closes a case without saying it."""
    return decision.reason != CANNOT_TELL


def label(case: Case, decision: Decision) -> dict[str, Any]:
    """Give the example in the form of `datasets/GUIDE.md`, with where it came from."""
    act = decision.act
    if act is None:
        raise ValueError("the undoing of a decision labels nothing")
    return {
        "id": f"case-{case.identity[:20]}",
        "text": case.post.text,
        "language": case.score.language,
        "label": "advert" if act.is_advert else "benign",
        "act": act.value,
        # Reviewers name the act, not what is sold, and the release's own guess would only teach it itself.
        "service": [],
        "platform": case.post.platform,
        "decided_at": decision.decided_at.isoformat(),
        "release": decision.release,
    }
