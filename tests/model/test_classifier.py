"""Scores become probabilities, relevance and stance; the estimators are scikit-learn's alone."""

import pickle
import pickletools

import numpy as np
import pytest

from model.artifact import Release, Releases
from model.classifier import (
    ACTS,
    ADVERT_COLUMNS,
    OTHER_COLUMNS,
    SERVICES,
    UNRELATED_COLUMN,
    Classifier,
    act_probabilities,
    relevance_and_stance,
)
from model.features import prepare
from model.records import Act

TEXTS = ["Two places left for Thursday night, pay on arrival", "The ferry museum opens at nine", "?", ""]


@pytest.fixture(name="classifier", scope="module")
def _classifier(release: Release) -> Classifier:
    return Releases(release.path.parent).classifier(release.version)


def _of(**shares: float) -> np.ndarray:
    return np.array([shares.get(act, 0.0) for act in ACTS])


def test_columns_part_the_acts() -> None:
    """Adverts and others make up all acts, and unrelated is one of the others."""
    assert sorted(ADVERT_COLUMNS + OTHER_COLUMNS) == list(range(len(Act)))
    assert [ACTS[column] for column in ADVERT_COLUMNS] == [Act.OFFER, Act.RECRUIT]
    assert UNRELATED_COLUMN in OTHER_COLUMNS


def test_softmax_by_hand() -> None:
    """Two scores apart by ln 3 share as three to one, in each row by itself."""
    scores = np.array([[0.0, np.log(3)], [5.0, 5.0]])
    assert np.allclose(act_probabilities(scores), [[0.25, 0.75], [0.5, 0.5]])


def test_huge_scores_do_not_overflow() -> None:
    """Warnings are errors here; the largest score takes all."""
    assert act_probabilities(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.0, 1.0]


def test_relevance_and_stance_by_hand() -> None:
    """Relevance leaves `unrelated` out; stance is the share of adverts in what is left."""
    relevance, stance = relevance_and_stance(_of(offer=0.2, recruit=0.1, ask=0.3, unrelated=0.4))
    assert relevance == pytest.approx(0.6)
    assert stance == pytest.approx(0.5)
    assert relevance * stance == pytest.approx(0.3)


def test_a_wholly_unrelated_post_has_no_stance() -> None:
    """Nothing is divided by nothing."""
    assert [float(part) for part in relevance_and_stance(_of(unrelated=1.0))] == [0.0, 0.0]


def test_batches_give_what_single_rows_give() -> None:
    """The split works along the last axis."""
    rows = act_probabilities(np.random.default_rng(0).normal(size=(5, len(ACTS))))
    relevance, stance = relevance_and_stance(rows)
    single = [relevance_and_stance(row) for row in rows]
    assert np.allclose(np.column_stack([relevance, stance]), np.array(single), rtol=1e-12)
    assert np.allclose(relevance * stance, rows[:, ADVERT_COLUMNS].sum(axis=1))


def test_scores_and_heads_have_one_column_each(classifier: Classifier) -> None:
    """Every act and every service is scored, for texts without features too."""
    prepared = [prepare(text) for text in TEXTS]
    assert classifier.features(prepared).shape == (len(TEXTS), classifier.acts[-1].n_features_in_)
    assert classifier.act_scores(prepared).shape == (len(TEXTS), len(ACTS))
    assert classifier.service_probabilities(prepared).shape == (len(TEXTS), len(SERVICES))


def test_probabilities_are_those_of_scikit_learn(classifier: Classifier) -> None:
    """Softmax of the scores is `predict_proba`, and so are the heads'."""
    prepared = [prepare(text) for text in TEXTS]
    ours = act_probabilities(classifier.act_scores(prepared))
    assert np.allclose(ours, classifier.acts.predict_proba(prepared), atol=1e-6)
    theirs = classifier.services.predict_proba(classifier.features(prepared))
    assert np.allclose(classifier.service_probabilities(prepared), theirs, atol=1e-6)


def test_the_scorer_says_what_the_classifier_says(classifier: Classifier, release: Release) -> None:
    """The arrays that serve and the estimators that were fitted agree."""
    for text in TEXTS[:3]:
        shares = act_probabilities(classifier.act_scores([prepare(text)]))[0]
        relevance, stance = relevance_and_stance(shares)
        score = release.scorer.score(text)
        assert (score.relevance, score.stance) == pytest.approx((float(relevance), float(stance)), abs=1e-5)


def test_the_estimators_hold_none_of_our_classes(classifier: Classifier) -> None:
    """So that renaming one of our modules never breaks a release."""
    stream = pickle.dumps((classifier.acts, classifier.services))
    words = {str(argument) for _, argument, _ in pickletools.genops(stream) if isinstance(argument, str)}
    assert "sklearn.linear_model._logistic" in words
    assert not {word for word in words if word.split(".")[0] in ("model", "training", "service")}
