"""Metrics are what a hand or scikit-learn computes, and the bands keep their promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, precision_score, recall_score, roc_auc_score

from model.classifier import ACTS, Floats, relevance_and_stance
from model.policy import Policy
from model.records import Act, Band, Score
from training.evaluate import (
    HIGH,
    REVIEW_FALSE_POSITIVES,
    Predictions,
    as_table,
    calibration_error,
    choose_policy,
    from_probabilities,
    from_scores,
    measure,
    threshold_table,
)

POLICY = Policy(review=0.3, high=0.7)


def _predictions(rows: list[tuple[str, Act, Act, float, float]]) -> Predictions:
    """Each row: language, labelled act, likely act, probability, stance."""
    languages, acts, likely, probability, stance = zip(*rows, strict=True)
    return Predictions(
        np.array(languages),
        np.array([ACTS.index(act) for act in acts]),
        np.array([ACTS.index(act) for act in likely]),
        np.array(probability),
        np.array(stance),
        np.zeros(len(rows), dtype=np.bool_),
    )


BY_HAND = _predictions(
    [
        ("en", Act.OFFER, Act.OFFER, 0.9, 0.9),
        ("en", Act.OFFER, Act.ASK, 0.4, 0.5),
        ("en", Act.ASK, Act.OFFER, 0.8, 0.8),
        ("en", Act.UNRELATED, Act.UNRELATED, 0.1, 0.95),
        ("tr", Act.RECRUIT, Act.UNRELATED, 0.2, 0.6),
        ("tr", Act.WARN, Act.WARN, 0.1, 0.1),
        ("vi", Act.UNRELATED, Act.UNRELATED, 0.0, 0.5),
    ]
)


def test_rates_by_hand() -> None:
    """Recall, precision and false-positive rate at both bands."""
    overall = measure(BY_HAND, POLICY)["overall"]
    assert (overall["adverts"], overall["benign"]) == (3, 4)
    assert overall["review"] == pytest.approx(
        {"recall": 2 / 3, "precision": 2 / 3, "false_positive_rate": 1 / 4}
    )
    assert overall["high"] == pytest.approx(
        {"recall": 1 / 3, "precision": 1 / 2, "false_positive_rate": 1 / 4}
    )


def test_each_language_is_measured_by_itself() -> None:
    """Rates that have nothing to count are None."""
    languages = measure(BY_HAND, POLICY)["languages"]
    assert list(languages) == ["en", "tr", "vi"]
    assert languages["en"]["review"]["recall"] == 1.0
    assert languages["tr"]["review"] == {"recall": 0.0, "precision": None, "false_positive_rate": 0.0}
    assert languages["vi"]["review"]["recall"] is None
    assert languages["vi"]["average_precision"] is None
    assert languages["vi"]["stance_auc"] is None


def test_each_act_is_measured_by_itself() -> None:
    """Recall and precision of the likely act, and how much of the act is above the bands."""
    acts = measure(BY_HAND, POLICY)["acts"]
    assert list(acts) == ["offer", "recruit", "ask", "warn", "unrelated"]
    assert acts["offer"] == {
        "posts": 2,
        "recall": 0.5,
        "precision": 0.5,
        "above_review": 1.0,
        "above_high": 0.5,
    }
    assert acts["recruit"]["precision"] is None
    assert acts["unrelated"]["precision"] == pytest.approx(2 / 3)


def test_areas_are_those_of_scikit_learn() -> None:
    """Average precision is over all posts, the stance's area over those that are not unrelated."""
    overall = measure(BY_HAND, POLICY)["overall"]
    assert overall["average_precision"] == average_precision_score(BY_HAND.adverts, BY_HAND.probability)
    related = BY_HAND.acts != ACTS.index(Act.UNRELATED)
    expected = roc_auc_score(BY_HAND.adverts[related], BY_HAND.stance[related])
    assert overall["stance_auc"] == expected


def test_no_post_at_all_measures_nothing() -> None:
    """Every rate is None, and nothing warns."""
    empty = BY_HAND.where(np.zeros(7, dtype=np.bool_))
    overall = measure(empty, POLICY)["overall"]
    assert overall["calibration_error"] is overall["average_precision"] is None
    assert measure(empty, POLICY)["languages"] == {}


def test_calibration_error_by_hand() -> None:
    """Two bins: 2 of 3 posts off by 0.15 - 0.5, one by 1.0 - 1."""
    adverts, probability = np.array([True, False, True]), np.array([0.1, 0.19, 1.0])
    assert calibration_error(adverts, probability) == pytest.approx(2 / 3 * (0.5 - 0.145))
    assert calibration_error(adverts[:0], probability[:0]) is None


def test_a_calibrated_forecast_has_no_error() -> None:
    """Where 30 of 100 posts at 0.3 are adverts nothing is amiss."""
    adverts = np.arange(100) < 30
    assert calibration_error(adverts, np.full(100, 0.3)) == pytest.approx(0)


def test_threshold_table_is_what_scikit_learn_says() -> None:
    """Every row's recall, precision and F1 hold at its threshold."""
    generator = np.random.default_rng(1)
    adverts = generator.random(400) < 0.3
    probability = np.clip(generator.normal(0.3 + 0.3 * adverts, 0.2), 0, 1)
    for row in threshold_table(adverts, probability):
        flagged = probability >= row["threshold"]
        for name, score in (("recall", recall_score), ("precision", precision_score), ("f1", f1_score)):
            assert row[name] == pytest.approx(score(adverts, flagged))
        assert row["match_rate"] == pytest.approx(1 - row["filter_rate"]) == pytest.approx(flagged.mean())
        assert row["fpr"] == pytest.approx(flagged[~adverts].mean())


def test_threshold_table_rises() -> None:
    """From the threshold that keeps every advert upwards, each once."""
    adverts = np.array([True] * 5 + [False])
    table = threshold_table(adverts, np.array([0.2, 0.4, 0.4, 0.6, 0.8, 0.1]))
    thresholds = [row["threshold"] for row in table]
    assert thresholds == sorted(set(thresholds))
    assert (thresholds[0], table[0]["recall"]) == (0.2, 1.0)


@given(st.lists(st.sampled_from([0.0, 0.001, 0.2, 0.5, 0.9, 1.0]) | st.floats(0, 1), max_size=1500))
def test_the_policy_keeps_its_promise(probabilities: list[float]) -> None:
    """At most 2 in 1,000 ordinary posts reach review, ties and certainties included."""
    ordinary = np.array(probabilities)
    policy = choose_policy(ordinary)
    assert (ordinary >= policy.review).sum() <= len(ordinary) * REVIEW_FALSE_POSITIVES
    assert policy.high >= max(policy.review, HIGH)


def test_the_policy_gives_away_no_more_than_it_must() -> None:
    """As many ordinary posts as are allowed reach review; without any, review begins at even odds."""
    ordinary = np.linspace(0, 0.3, 5_000)
    policy = choose_policy(ordinary)
    assert (ordinary >= policy.review).sum() == 10
    assert policy.high == HIGH
    assert choose_policy(np.array([])).review == HIGH


def test_predictions_from_probabilities() -> None:
    """Likely act, stance and probability follow from the shares."""
    shares: Floats = np.full((1, len(ACTS)), 0.05)
    shares[0, ACTS.index(Act.OFFER)] = 0.5
    found = from_probabilities(["en"], [Act.OFFER], shares)
    relevance, stance = relevance_and_stance(shares)
    assert found.likely[0] == ACTS.index(Act.OFFER)
    assert (found.stance, found.probability) == (stance, relevance * stance)
    assert found.probability[0] == pytest.approx(0.55)


def test_predictions_from_scores() -> None:
    """The abstentions of a release are counted."""
    scores = [Score(0.4, 0.8, 0.5, band, "en", Act.ASK, (), "r") for band in (Band.UNSURE, Band.REVIEW)]
    found = from_scores(["en", "tr"], [Act.OFFER, Act.ASK], scores)
    metrics = measure(found, POLICY)
    assert metrics["overall"]["unsure"] == 1
    assert metrics["acts"]["ask"]["recall"] == 1.0
    assert found.adverts.tolist() == [True, False]


def test_the_table_has_a_row_for_each_language_and_act() -> None:
    """What could not be counted is a dash, and columns stand below their heads."""
    table = as_table(measure(BY_HAND, POLICY))
    starts = [line.split()[0] for line in table.splitlines() if line.strip("- ")]
    acts = ["act", "offer", "recruit", "ask", "warn", "unrelated"]
    assert starts == ["language", "en", "tr", "vi", "all", *acts]
    (vi,) = (line for line in table.splitlines() if line.startswith("vi"))
    assert vi.split() == ["vi", "0", "1", "-", "-", "0.000", "-", "-", "0.000"]
    assert len({len(line) for line in table.splitlines()[:6]}) == 1
