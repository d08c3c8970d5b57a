"""Write an explanation as JSON beside its case, and read it back."""

from typing import Any

from model.records import Act, Band, Evidence, Explanation, Score, Service

_NUMBERS = ("advert_log_odds", "advert_intercept", "act_log_odds", "act_intercept")


def pack(explanation: Explanation) -> dict[str, Any]:
    """Turn an explanation into plain JSON values; a span is a row of four numbers, as there are many."""
    score = explanation.score
    return {
        "probability": float(score.probability),
        "relevance": float(score.relevance),
        "stance": float(score.stance),
        "band": score.band.value,
        "language": score.language,
        "act": score.act.value,
        "services": [service.value for service in score.services],
        "release": score.release,
        "runner_up": explanation.runner_up.value,
        "evidence": [
            [int(span.start), int(span.end), float(span.advert), float(span.act), span.concept]
            for span in explanation.evidence
        ],
    } | {name: float(getattr(explanation, name)) for name in _NUMBERS}


def unpack(kept: dict[str, Any]) -> Explanation:
    """Read an explanation back."""
    score = Score(
        kept["probability"],
        kept["relevance"],
        kept["stance"],
        Band(kept["band"]),
        kept["language"],
        Act(kept["act"]),
        tuple(Service(service) for service in kept["services"]),
        kept["release"],
    )
    return Explanation(
        score,
        tuple(Evidence(*span) for span in kept["evidence"]),
        runner_up=Act(kept["runner_up"]),
        **{name: kept[name] for name in _NUMBERS},
    )
