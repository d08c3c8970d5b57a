"""Turn a decided case into a labelled example for training."""

from typing import Any

from service.records import Case, Decision


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
        # Reviewers name the act; what an advert sells is what the release took it to be.
        "service": [service.value for service in case.score.services] if act.is_advert else [],
        "platform": case.post.platform,
        "decided_at": decision.decided_at.isoformat(),
        "release": decision.release,
    }
