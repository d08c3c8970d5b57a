"""Fit a classifier to examples and background, and predict each example by a model that did not see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from model.classifier import (
    ACTS,
    ADVERT_COLUMNS,
    SERVICES,
    UNRELATED_COLUMN,
    Classifier,
    Floats,
    act_probabilities,
)
from model.errors import InputError
from model.features import FeatureConfig, letters_by_script, prepare
from training.background import BackgroundPost
from training.counts import Counts, count
from training.examples import Example, families, split_folds
from training.perturb import perturb_somehow
from training.sources import GROUPS

_UNSEEN_ACT = -30.0
_SCRIPT_POSTS = 20
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FitConfig:
    """How to fit.

    An example weighs 1, or what `source_weights` says of the file it comes from; a background row
    `background_weight`; a copy of each example, rewritten as evaders do, `copy_weight` times that.
    """

    features: FeatureConfig = field(default_factory=FeatureConfig)
    inverse_regularisation: float = 3.0
    background_weight: float = 0.5
    copy_weight: float = 0.3
    source_weights: tuple[tuple[str, float], ...] = ()
    min_posts: int = 2
    folds: int = 4
    seed: int = 0
    tolerance: float = 1e-3
    max_iterations: int = 100


@dataclass(frozen=True, slots=True)
class Rows:
    """Training rows: examples, then background, then rewritten copies of the examples.

    `acts` holds indices of `ACTS`; `originals` is the number of rows before the copies.
    """

    texts: list[str]
    acts: NDArray[np.int64]
    services: NDArray[np.int64]
    weights: Floats
    folds: NDArray[np.int64]
    originals: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A calibrated classifier, and act probabilities (rows x acts) that it did not see in training.

    `copy_probabilities` are those of the examples rewritten, none if no copies were trained on.
    """

    classifier: Classifier
    example_probabilities: Floats
    background_probabilities: Floats
    copy_probabilities: Floats
    scripts: tuple[str, ...]
    calibration: tuple[float, float]


def fit(
    examples: Sequence[Example],
    background: Sequence[BackgroundPost],
    config: FitConfig,
    progress: Progress = lambda _: None,
) -> Fitted:
    """Fit on everything, with out-of-fold predictions that also calibrate P(advert).

    Raises InputError if an act or service has no example to learn from.
    """
    rows = gather(examples, background, config)
    _check_coverage(rows, len(examples))
    progress(f"Predicting out of fold: {config.folds} folds")
    counts = count(rows.texts, config.features)
    unseen = _out_of_fold(rows, counts, config, progress)
    calibration = _calibrate(unseen, rows)
    progress("Fitting on everything")
    classifier = _calibrated(_fit_all(rows, counts, config), calibration)
    probabilities = act_probabilities(_apply(unseen, calibration))
    return Fitted(
        classifier,
        probabilities[: len(examples)],
        probabilities[len(examples) : rows.originals],
        probabilities[rows.originals :],
        _scripts(rows.texts[: rows.originals]),
        calibration,
    )


def gather(examples: Sequence[Example], background: Sequence[BackgroundPost], config: FitConfig) -> Rows:
    """Lay out the training rows, each in a fold that holds its whole family."""
    own_folds = np.asarray(
        split_folds(examples, families(examples), config.folds, config.seed), dtype=np.int64
    )
    held_out = _background_folds(background, config)
    acts = [ACTS.index(example.act) for example in examples]
    services = [[service in example.service for service in SERVICES] for example in examples]
    copied = examples if config.copy_weight else []
    weigh = dict(config.source_weights)
    own_weights = np.array([weigh.get(example.source, 1.0) for example in examples])
    return Rows(
        texts=[
            *(prepare(example.text) for example in examples),
            *(post.text for post in background),
            *(prepare(perturb_somehow(example.text, example.id)) for example in copied),
        ],
        acts=np.array([*acts, *[UNRELATED_COLUMN] * len(background), *acts[: len(copied)]]),
        services=np.array(services, dtype=np.int64).reshape(-1, len(SERVICES)),
        weights=np.concatenate(
            [
                own_weights,
                np.full(len(background), config.background_weight),
                own_weights[: len(copied)] * config.copy_weight,
            ]
        ),
        folds=np.concatenate([own_folds, held_out, own_folds[: len(copied)]]),
        originals=len(examples) + len(background),
    )


def _background_folds(background: Sequence[BackgroundPost], config: FitConfig) -> NDArray[np.int64]:
    """The fold that judges each ordinary post; the same words are judged in one fold only.

    Social posts of the public sets are judged by a model that saw none of their source: nobody's traffic is
    like them. A team's own crawl is split at random, since what comes tomorrow is like it.
    """
    kinds, first, kind = np.unique([post.text for post in background], return_index=True, return_inverse=True)
    drawn = np.random.default_rng(config.seed).permutation(len(kinds))
    folds = [GROUPS.get(background[at].source, luck) for at, luck in zip(first, drawn, strict=True)]
    return (np.array(folds, dtype=np.int64) % config.folds)[kind]


def _check_coverage(rows: Rows, examples: int) -> None:
    present = set(rows.acts[:examples].tolist())
    missing = [str(act) for column, act in enumerate(ACTS) if column not in present]
    adverts = rows.services[rows.services.any(axis=1)]
    sold = adverts.sum(axis=0)
    missing += [str(SERVICES[c]) for c in range(len(SERVICES)) if not 0 < sold[c] < len(adverts)]
    if missing:
        raise InputError(f"the training data has no telling example of: {', '.join(missing)}")


def _out_of_fold(rows: Rows, counts: Counts, config: FitConfig, progress: Progress) -> Floats:
    """Scores (rows x acts) of each row by a regression fitted without its fold."""
    scores = np.full((len(rows.texts), len(ACTS)), _UNSEEN_ACT)
    run = Parallel(n_jobs=-1, return_as="generator")
    parts = run(delayed(_score_fold)(rows, counts, fold, config) for fold in range(config.folds))
    for fold, part in enumerate(parts):
        scores[rows.folds == fold] = part
        progress(f"Predicted fold {fold + 1} of {config.folds}")
    return scores


def _score_fold(rows: Rows, counts: Counts, fold: int, config: FitConfig) -> Floats:
    acts = fit_acts(rows, counts, np.flatnonzero(rows.folds != fold), config)
    return score_acts(acts, counts, np.flatnonzero(rows.folds == fold))


def fit_acts(rows: Rows, counts: Counts, chosen: NDArray[np.int64], config: FitConfig) -> Pipeline:
    """Fit features and regression; columns met in too few posts, copies not counted, get no weight."""
    union = counts.fit(chosen)
    matrix = counts.transform(union, chosen)
    met = np.bincount(matrix[chosen < rows.originals].indices, minlength=matrix.shape[1])
    columns = np.flatnonzero(met >= config.min_posts)
    regression = LogisticRegression(
        C=config.inverse_regularisation, tol=config.tolerance, max_iter=config.max_iterations
    )
    with threadpool_limits(1):
        regression.fit(matrix[:, columns], rows.acts[chosen], sample_weight=rows.weights[chosen])
    coefficients = np.zeros((len(regression.classes_), matrix.shape[1]), dtype=np.float32)
    coefficients[:, columns] = regression.coef_
    regression.coef_ = coefficients
    regression.n_features_in_ = matrix.shape[1]
    return Pipeline([("features", union), ("acts", regression)])


def score_acts(acts: Pipeline, counts: Counts, chosen: NDArray[np.int64]) -> Floats:
    """Scores (chosen rows x acts) by a fitted pipeline; an act that it never met scores very low."""
    scores = np.full((len(chosen), len(ACTS)), _UNSEEN_ACT)
    scores[:, acts[-1].classes_] = acts[-1].decision_function(counts.transform(acts["features"], chosen))
    return scores


def _fit_all(rows: Rows, counts: Counts, config: FitConfig) -> Classifier:
    acts = fit_acts(rows, counts, np.arange(len(rows.texts)), config)
    # Reviewers' labels name no service: they have nothing to teach these heads.
    adverts = np.flatnonzero(rows.services.any(axis=1))
    heads = OneVsRestClassifier(LogisticRegression(C=config.inverse_regularisation, max_iter=200))
    with threadpool_limits(1):
        heads.fit(counts.transform(acts["features"], adverts), rows.services[adverts])
    for head in heads.estimators_:
        head.coef_ = head.coef_.astype(np.float32)
    return Classifier(config.features, acts, heads)


def _calibrate(scores: Floats, rows: Rows) -> tuple[float, float]:
    """Find the scale of all scores and the shift of the advert acts that fit P(advert) best."""
    scores = scores[: rows.originals]
    advert = np.isin(rows.acts[: rows.originals], ADVERT_COLUMNS)
    weights = rows.weights[: rows.originals]

    def loss(parameters: Floats) -> float:
        probability = act_probabilities(_apply(scores, tuple(parameters)))[:, ADVERT_COLUMNS].sum(axis=1)
        likelihood = np.where(advert, probability, 1 - probability).clip(1e-12)
        return float(-(weights * np.log(likelihood)).sum() / weights.sum())

    scale, shift = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(scale), float(shift)


def _apply(scores: Floats, calibration: tuple[float, ...]) -> Floats:
    scale, shift = calibration
    applied = scores * scale
    applied[:, ADVERT_COLUMNS] += shift
    return applied


def _calibrated(classifier: Classifier, calibration: tuple[float, float]) -> Classifier:
    """Fold the calibration into the weights, so that scoring and explaining need not know of it."""
    scale, shift = calibration
    regression = classifier.acts[-1]
    regression.coef_ = (regression.coef_ * scale).astype(np.float32)
    intercepts = np.asarray(regression.intercept_, dtype=np.float64) * scale
    intercepts[ADVERT_COLUMNS] += shift
    regression.intercept_ = intercepts
    return classifier


def _scripts(texts: Sequence[str]) -> tuple[str, ...]:
    """Scripts that occur in enough posts to be judged."""
    posts: dict[str, int] = {}
    for text in texts:
        for script in letters_by_script(text):
            posts[script] = posts.get(script, 0) + 1
    return tuple(sorted(script for script, count in posts.items() if count >= _SCRIPT_POSTS))
