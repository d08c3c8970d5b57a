"""From labelled data to a served release: gather, fit, measure, keep, judge, promote."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import numpy as np

from model.artifact import Candidate, Release, Releases
from model.classifier import ADVERT_COLUMNS, Floats
from model.errors import ArtifactError, InputError, NotFound
from model.policy import Policy
from training.background import BackgroundPost, read_background
from training.crawl import Suspicion, no_suspicion, read_crawl, suspicion_of, write_aside
from training.evaluate import Flags, Metrics, choose_policy, from_probabilities, measure, threshold_table
from training.examples import Example, data_digest, read_examples
from training.fit import FitConfig, Fitted, Progress, fit
from training.gate import Verdict, judge
from training.perturb import draw_attack
from training.report import card
from training.sources import NOT_SOCIAL

LIBRARIES = ("langdetect", "numpy", "scikit-learn", "scipy")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where training data lies: the project's folder, outside examples, own crawls, reviewers' labels.

    What the served release would route of a crawl is not taken as ordinary: it goes to a file of the crawl's
    name in `set_aside`, or nowhere without such a folder. `weights` says what an example of a file (by its
    name) weighs, 1 by default.
    """

    data: Path
    extra: tuple[Path, ...] = ()
    crawls: tuple[Path, ...] = ()
    labels: Path | None = None
    set_aside: Path | None = None
    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training run; `verdict` says why a candidate was refused.

    `set_aside` counts the posts of each crawl that may be adverts.
    """

    version: str
    promoted: bool
    verdict: Verdict
    metrics: Metrics
    set_aside: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Data:
    examples: list[Example]
    reviewed: list[Example]
    background: list[BackgroundPost]
    set_aside: dict[str, int]

    @property
    def everything(self) -> list[Example]:
        return [*self.examples, *self.reviewed]


def train(
    sources: Sources,
    releases: Releases,
    *,
    promote: bool = True,
    config: FitConfig | None = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Train a candidate, keep it, and promote it if the gate lets it pass and `promote` is true."""
    config = config or FitConfig()
    config = replace(config, source_weights=sources.weights)
    data = _gather(sources, _suspicion(releases) if sources.crawls else no_suspicion)
    progress(f"Read {len(data.everything):,} examples and {len(data.background):,} ordinary posts")
    fitted = fit(data.everything, data.background, config, progress)
    progress("Measuring")
    metrics, policy, thresholds = _measured(data, fitted)
    current = _current_manifest(releases)
    metrics["reviews"] = _compare_reviews(data, fitted, releases, current)
    facts = _facts(data, config, metrics)
    page = card(facts, policy, _is_advert(data.everything), _probability(fitted.example_probabilities))
    candidate = Candidate(fitted.classifier, policy, fitted.scripts, tuple(thresholds), page, facts)
    version = releases.save(candidate)
    verdict = judge(metrics, current["metrics"] if current else None)
    if verdict.passed and promote:
        releases.promote(version)
    return Outcome(version, verdict.passed and promote, verdict, metrics, data.set_aside)


def count_new_labels(labels: Path, releases: Releases) -> int:
    """Count the texts labelled by reviewers that the served release was not trained on."""
    current = _current_manifest(releases)
    seen = set(current.get("reviewed", ())) if current else set()
    return len({_digest(example.text) for example in read_examples([labels])} - seen)


def _suspicion(releases: Releases) -> Suspicion:
    release = _current(releases)
    return suspicion_of(release.scorer, release.policy) if release else no_suspicion


def _gather(sources: Sources, suspect: Suspicion) -> _Data:
    files = sorted(sources.data.glob("*.jsonl"))
    if not files:
        raise InputError(f"{sources.data} holds no <language>.jsonl to train on")
    background = read_background(sources.data / "background")
    set_aside: dict[str, int] = {}
    for path in sources.crawls:
        crawl = read_crawl(path, suspect)
        background = [*background, *crawl.posts]
        set_aside[path.name] = len(crawl.aside)
        if crawl.aside and sources.set_aside:
            write_aside(crawl.aside, sources.set_aside / path.name.removesuffix(".gz"))
    reviewed = read_examples([sources.labels]) if sources.labels else []
    # Labels that were exported before and come back as extra examples count once.
    known = {example.id for example in reviewed}
    examples = [e for e in read_examples([*files, *sources.extra]) if e.id not in known]
    unknown = {name for name, _ in sources.weights} - {example.source for example in [*examples, *reviewed]}
    if unknown:
        raise InputError(
            f"a weight is given for {', '.join(sorted(unknown))}, but no example comes from there"
        )
    return _Data(examples, reviewed, background, set_aside)


def _measured(data: _Data, fitted: Fitted) -> tuple[Metrics, Policy, list[dict[str, float]]]:
    """Metrics on posts that the model did not see, and the thresholds that follow from them."""
    adverts = _is_advert(data.everything)
    probability = _probability(fitted.example_probabilities)
    ordinary = _probability(fitted.background_probabilities)
    watched = _watched(data)
    everyone = np.concatenate([adverts, np.zeros(len(ordinary), dtype=np.bool_)])
    thresholds = threshold_table(everyone, np.concatenate([probability, ordinary]))
    policy = choose_policy(ordinary[watched])
    # Reviewed posts change from run to run; what the gate compares over time stays on the same examples.
    predictions = from_probabilities(
        (example.language for example in data.examples),
        (example.act for example in data.examples),
        fitted.example_probabilities[: len(data.examples)],
    )
    metrics = measure(predictions, policy)
    metrics["background"] = _false_alarms(data.background, ordinary, watched, policy)
    metrics["evasion"] = _evasion(
        data.everything, probability, _probability(fitted.copy_probabilities), policy
    )
    return metrics, policy, thresholds


def _watched(data: _Data) -> Flags:
    """Which ordinary posts the threshold rests on: written to others, in a language that has examples.

    Elsewhere hardly anything is ever flagged, and plain sentences or drawn words are no traffic.
    """
    languages = {example.language for example in data.everything}
    watched = np.array(
        [post.language in languages and post.source not in NOT_SOCIAL for post in data.background],
        dtype=np.bool_,
    )
    return watched if watched.any() else ~watched


def _evasion(
    examples: Sequence[Example], written: Floats, rewritten: Floats, policy: Policy
) -> dict[str, Metrics]:
    """Recall of the same adverts as written and as rewritten, by attack and strength."""
    drawn = [draw_attack(example.id) for example in examples[: len(rewritten)]]
    adverts = _is_advert(examples[: len(rewritten)])
    found = {}
    for attack, strength in sorted(set(drawn)):
        at = adverts & np.array([own == (attack, strength) for own in drawn])
        if at.any():
            found[f"{attack}, {strength}"] = {
                "adverts": int(at.sum()),
                "written": float((written[: len(at)][at] >= policy.review).mean()),
                "rewritten": float((rewritten[at] >= policy.review).mean()),
            }
    return found


def _false_alarms(
    background: Sequence[BackgroundPost], probability: Floats, watched: Flags, policy: Policy
) -> Metrics:
    flagged = probability >= policy.review
    languages = np.array([post.language for post in background])
    return {
        "posts": len(background),
        "watched": int(watched.sum()),
        "false_positive_rate": float(flagged[watched].mean()) if watched.any() else None,
        "languages": {
            str(code): {
                "posts": int((languages == code).sum()),
                "false_positive_rate": float(flagged[languages == code].mean()),
            }
            for code in np.unique(languages)
        },
    }


def _compare_reviews(
    data: _Data, fitted: Fitted, releases: Releases, current: Mapping[str, Any] | None
) -> Metrics | None:
    """Log loss of candidate and current release on reviewed posts that neither has seen."""
    seen = set(current.get("reviewed", ())) if current else set()
    # A reviewer may decide one of the examples (`breakwater demo`), which the current release was fitted to.
    seen |= {_digest(example.text) for example in data.examples}
    fresh = [i for i, example in enumerate(data.reviewed) if _digest(example.text) not in seen]
    if not fresh or current is None:
        return None
    scorer = releases.load(current["version"]).scorer
    theirs = [scorer.score(data.reviewed[i].text).probability for i in fresh]
    ours = _probability(fitted.example_probabilities)[len(data.examples) :][fresh]
    adverts = _is_advert([data.reviewed[i] for i in fresh])
    return {
        "posts": len(fresh),
        "candidate_loss": _log_loss(adverts, ours),
        "current_loss": _log_loss(adverts, np.array(theirs)),
    }


def _log_loss(adverts: Any, probability: Floats) -> float:
    likelihood = np.where(adverts, probability, 1 - probability)
    return float(-np.log(likelihood.clip(1e-6)).mean())


def _facts(data: _Data, config: FitConfig, metrics: Metrics) -> dict[str, Any]:
    return {
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "code_version": installed_version("breakwater"),
        "libraries": {name: installed_version(name) for name in LIBRARIES},
        "data_digest": _data_digest(data),
        "examples": len(data.everything),
        "reviewed": sorted(_digest(example.text) for example in data.reviewed),
        "fit": asdict(config),
        "languages": sorted({example.language for example in data.everything}),
        "metrics": metrics,
    }


def _data_digest(data: _Data) -> str:
    background = sorted(json.dumps(asdict(post), sort_keys=True) for post in data.background)
    return _digest("\n".join([data_digest(data.everything), *background]))


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_advert(examples: Sequence[Example]) -> Any:
    return np.array([example.act.is_advert for example in examples], dtype=np.bool_)


def _probability(acts: Floats) -> Floats:
    return np.asarray(acts[:, ADVERT_COLUMNS].sum(axis=1), dtype=np.float64)


def _current(releases: Releases) -> Release | None:
    """What is served; a damaged release is no bar to training a sound one."""
    try:
        return releases.load()
    except (ArtifactError, NotFound):
        return None


def _current_manifest(releases: Releases) -> Mapping[str, Any] | None:
    release = _current(releases)
    return release.manifest if release else None
