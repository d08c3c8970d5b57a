"""A classifier is fitted the same way every time, and judged by predictions it could not have memorised."""

import random
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model.classifier import ACTS, ADVERT_COLUMNS, Classifier, act_probabilities
from model.errors import InputError
from model.features import prepare
from model.records import Act, Service
from training.background import BackgroundPost
from training.counts import count
from training.examples import Example, families
from training.fit import (
    FitConfig,
    Fitted,
    _apply,
    _calibrate,
    _calibrated,
    _fit_all,
    _out_of_fold,
    fit,
    gather,
)
from training.sources import SOURCES


def _nonsense(count: int) -> list[Example]:
    """Texts without meaning, each act with examples and each service with some."""
    generator = random.Random(3)  # noqa: S311 - it invents words
    examples = []
    for i in range(count):
        text = " ".join("".join(generator.choices("abcdefghij", k=7)) for _ in range(8))
        act = ACTS[i % len(ACTS)]
        service = (list(Service)[(i // len(ACTS)) % len(Service)],) if act.is_advert else ()
        label = "advert" if act.is_advert else "benign"
        examples.append(Example(f"n-{i:03}", text, "en", label, act, service))
    return examples


def test_folds_never_split_a_family(tiny: Any, tiny_config: FitConfig) -> None:
    """Pairs and near-duplicates are predicted by a model that saw none of them."""
    copies = [replace(e, id=f"copy-{e.id}", text=f"{e.text} today", pair=None) for e in tiny.examples[:40]]
    examples = [*tiny.examples, *copies]
    rows = gather(examples, tiny.background, replace(tiny_config, folds=4))
    held: dict[int, set[int]] = defaultdict(set)
    for family, fold in zip(families(examples), rows.folds.tolist(), strict=False):
        held[family].add(fold)
    assert max(map(len, held.values())) == 1
    assert len(held) < len(examples)


def _background_folds(tiny: Any, background: list[BackgroundPost], config: FitConfig) -> Any:
    rows = gather(tiny.examples, background, replace(config, folds=4))
    return rows.folds[len(tiny.examples) : rows.originals]


def test_a_public_set_is_judged_by_a_fit_without_it(tiny: Any, tiny_config: FitConfig) -> None:
    """All its posts stand in the fold of its group."""
    folds = _background_folds(tiny, tiny.background, tiny_config)
    groups = {source.name: source.group for source in SOURCES}
    assert folds.tolist() == [groups[post.source] for post in tiny.background]
    assert len(set(folds.tolist())) > 1


def test_a_crawl_is_spread_over_the_folds(tiny: Any, tiny_config: FitConfig) -> None:
    """What a team's traffic was like yesterday, it is like tomorrow."""
    crawl = [replace(post, source="crawl.jsonl") for post in tiny.background]
    assert np.bincount(_background_folds(tiny, crawl, tiny_config), minlength=4).min() > 0


def test_an_ordinary_post_stands_in_one_fold(tiny: Any, tiny_config: FitConfig) -> None:
    """A crawl that repeats the background does not leak into its own test."""
    again = [replace(post, source="crawl.jsonl") for post in tiny.background]
    folds = _background_folds(tiny, [*tiny.background, *again], tiny_config)
    assert np.array_equal(*np.split(folds, 2))


def test_copies_are_trained_on_beside_their_examples(tiny: Any, tiny_config: FitConfig) -> None:
    """Each example has one rewritten copy in its own fold, with its act; weight 0 means none."""
    rows = gather(tiny.examples, tiny.background, tiny_config)
    own, copies = slice(0, len(tiny.examples)), slice(rows.originals, None)
    assert np.array_equal(rows.folds[own], rows.folds[copies])
    assert np.array_equal(rows.acts[own], rows.acts[copies])
    assert rows.texts[own] != rows.texts[copies]
    assert set(rows.weights[copies]) == {tiny_config.copy_weight}
    bare = gather(tiny.examples, tiny.background, replace(tiny_config, copy_weight=0))
    assert len(bare.texts) == bare.originals == rows.originals


def test_memorised_texts_are_not_known_out_of_fold(tiny_config: FitConfig) -> None:
    """On texts without meaning the classifier knows its own examples and guesses those it did not see."""
    examples = _nonsense(132)
    fitted = fit(examples, [], replace(tiny_config, min_posts=1))
    acts = np.array([ACTS.index(example.act) for example in examples])
    own = fitted.classifier.act_scores([prepare(example.text) for example in examples]).argmax(axis=1)
    assert (own == acts).mean() > 0.9
    assert (fitted.example_probabilities.argmax(axis=1) == acts).mean() < 0.3


def test_predictions_cover_every_row(tiny: Any) -> None:
    """Each example and each ordinary post has probabilities that sum to one."""
    fitted: Fitted = tiny.fitted
    assert fitted.example_probabilities.shape == (len(tiny.examples), len(ACTS))
    assert fitted.background_probabilities.shape == (len(tiny.background), len(ACTS))
    assert np.allclose(fitted.example_probabilities.sum(axis=1), 1)


def test_unseen_adverts_are_told_from_ordinary_posts(tiny: Any) -> None:
    """The classifier has learnt something that it can say of posts it did not see."""
    adverts = [i for i, example in enumerate(tiny.examples) if example.act.is_advert]
    theirs = tiny.fitted.example_probabilities[adverts][:, ADVERT_COLUMNS].sum(axis=1)
    ordinary = tiny.fitted.background_probabilities[:, ADVERT_COLUMNS].sum(axis=1)
    assert np.median(theirs) > 5 * np.median(ordinary)


def test_calibration_in_the_weights_equals_applying_it(tiny: Any, tiny_config: FitConfig) -> None:
    """Scoring and explaining need not know of it."""
    rows = gather(tiny.examples, tiny.background, tiny_config)
    classifier: Classifier = _fit_all(rows, count(rows.texts, tiny_config.features), tiny_config)
    texts = rows.texts[:50]
    applied = _apply(classifier.act_scores(texts), (1.7, -0.6))
    assert np.allclose(_calibrated(classifier, (1.7, -0.6)).act_scores(texts), applied, atol=1e-4)


def test_calibration_does_not_make_probabilities_worse(tiny: Any, tiny_config: FitConfig) -> None:
    """Weighted log loss out of fold is no higher than without it; the order of scores stays."""
    rows = gather(tiny.examples, tiny.background, tiny_config)
    scores = _out_of_fold(rows, count(rows.texts, tiny_config.features), tiny_config, lambda _: None)
    scores = scores[: rows.originals]
    advert = np.isin(rows.acts[: rows.originals], ADVERT_COLUMNS)
    weights = rows.weights[: rows.originals]

    def loss(calibration: tuple[float, float]) -> float:
        shares = act_probabilities(_apply(scores, calibration))[:, ADVERT_COLUMNS].sum(axis=1)
        return float(-(weights * np.log(np.where(advert, shares, 1 - shares).clip(1e-12))).sum())

    scale, shift = _calibrate(scores, rows)
    assert scale > 0
    assert loss((scale, shift)) <= loss((1.0, 0.0))


def test_the_same_data_and_seed_give_the_same_weights(tiny: Any, tiny_config: FitConfig) -> None:
    """To the last bit, in whatever order the examples come with their ids."""
    again = fit(tiny.examples, tiny.background, tiny_config)
    for name in ("coef_", "intercept_"):
        ours, theirs = (getattr(f.classifier.acts[-1], name) for f in (tiny.fitted, again))
        assert np.array_equal(ours, theirs)
    assert np.array_equal(again.example_probabilities, tiny.fitted.example_probabilities)


def test_another_seed_draws_other_folds(tiny: Any, tiny_config: FitConfig) -> None:
    """Examples and a crawl are both drawn anew."""
    crawl = [replace(post, source="crawl.jsonl") for post in tiny.background]
    one, other = (gather(tiny.examples, crawl, replace(tiny_config, seed=s)) for s in (0, 1))
    count = len(tiny.examples)
    assert not np.array_equal(one.folds[:count], other.folds[:count])
    assert not np.array_equal(one.folds[count : one.originals], other.folds[count : one.originals])


def test_missing_acts_are_named(tiny: Any, tiny_config: FitConfig) -> None:
    """Ordinary posts do not stand in for an authored example of `unrelated`."""
    left = [e for e in tiny.examples if e.act not in (Act.STORY, Act.MISSING, Act.UNRELATED)]
    with pytest.raises(InputError, match=r"no telling example of: story, missing, unrelated$"):
        fit(left, tiny.background, tiny_config)


def test_services_that_tell_nothing_apart_are_named(tiny: Any, tiny_config: FitConfig) -> None:
    """A service that no advert sells, or that all do, cannot be learnt."""
    changed = [
        replace(e, service=(*(s for s in e.service if s is not Service.MARRIAGE), Service.SEA))
        for e in tiny.examples
        if e.act.is_advert
    ]
    left = changed + [e for e in tiny.examples if not e.act.is_advert]
    with pytest.raises(InputError, match=r"of: sea, marriage$"):
        fit(left, tiny.background, tiny_config)


def test_no_example_at_all_names_every_act(tiny_config: FitConfig) -> None:
    """Empty data is an error of the data, not a crash."""
    with pytest.raises(InputError, match=r"offer, .*payment$"):
        fit([], [BackgroundPost("en", "x", "tea and bread")], tiny_config)


def test_an_act_with_one_example_is_no_obstacle(tiny: Any, tiny_config: FitConfig) -> None:
    """Where its fold is left out the act is unknown, and its probability is next to nothing."""
    first = next(e for e in tiny.examples if e.act is Act.MISSING)
    examples = [e for e in tiny.examples if e.act is not Act.MISSING or e is first]
    fitted = fit(examples, tiny.background, tiny_config)
    own = fitted.example_probabilities[examples.index(first)]
    assert own[ACTS.index(Act.MISSING)] < 1e-6
    assert own.sum() == pytest.approx(1)


def test_rare_columns_weigh_nothing(tiny: Any, tiny_config: FitConfig) -> None:
    """What was met in fewer posts than `min_posts`, rewritten copies aside, cannot make a score."""
    matrix = tiny.fitted.classifier.features([prepare(e.text) for e in tiny.examples])
    matrix_all = tiny.fitted.classifier.features([post.text for post in tiny.background])
    met = np.bincount(np.concatenate([matrix.indices, matrix_all.indices]), minlength=matrix.shape[1])
    rare = met < tiny_config.min_posts
    assert rare.any()
    assert not tiny.fitted.classifier.acts[-1].coef_[:, rare].any()


def test_scripts_that_occur_often_enough_are_known(tiny: Any) -> None:
    """English examples make the Latin script known and no other."""
    assert tiny.fitted.scripts == ("LATIN",)


def test_progress_is_told(tiny: Any, tiny_config: FitConfig) -> None:
    """Each step is told; a failure comes before the first."""
    steps: list[str] = []
    with pytest.raises(InputError):
        fit([], [], tiny_config, steps.append)
    assert steps == []
    fit(tiny.examples, tiny.background, tiny_config, steps.append)
    assert steps == [
        "Predicting out of fold: 2 folds",
        "Predicted fold 1 of 2",
        "Predicted fold 2 of 2",
        "Fitting on everything",
    ]
