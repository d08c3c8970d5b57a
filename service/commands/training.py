"""Commands that make and measure classifiers; the only part of the service that knows training.

Training is imported inside each command, so that serving and scoring never load it.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from model.artifact import Releases
from model.errors import InputError, InvalidPost
from model.lines import format_object
from model.scorer import check_text
from service.commands.context import alone, make_home, releases, save, settings, store
from service.services import Services
from service.store.jobs import Jobs

if TYPE_CHECKING:
    from training.examples import Example
    from training.retrain import Outcome, Sources

PASSED, REFUSED, NOTHING_TO_DO = 0, 4, 5
_FILE = click.Path(exists=True, path_type=Path)
_DATA = click.option(
    "--data",
    type=_FILE,
    help="Folder of <language>.jsonl files; BREAKWATER_DATA, or datasets, by default.",
)
_EXTRA = click.option("--extra", type=_FILE, multiple=True, help="More labelled examples (JSONL).")
_BACKGROUND = click.option(
    "--background", type=_FILE, multiple=True, help="Your own crawl of ordinary posts (JSONL)."
)
_WEIGHT = click.option(
    "--weight",
    "weights",
    type=(str, click.FloatRange(min=0, min_open=True)),
    multiple=True,
    metavar="FILE NUMBER",
    help="What an example of a file weighs, by the file's name; 1 by default.",
)


@click.command()
@_DATA
@_EXTRA
@_BACKGROUND
@_WEIGHT
@click.option("--no-promote", is_flag=True, help="Keep the candidate without serving it.")
def train(
    data: Path | None,
    extra: tuple[Path, ...],
    background: tuple[Path, ...],
    weights: tuple[tuple[str, float], ...],
    no_promote: bool,
) -> None:
    """Train a release from labelled examples and promote it if it passes the gate.

    The exit status is 0 if it was promoted (or --no-promote was given) and 4 if the gate refused it.
    """
    sources = _sources(data, extra, background, weights)
    outcome = train_release(sources, releases(), promote=not no_promote)
    raise SystemExit(PASSED if outcome.verdict.passed else REFUSED)


@click.command()
@_DATA
@_EXTRA
@_BACKGROUND
@_WEIGHT
@click.option("--min-new-labels", default=1, show_default=True, help="Do nothing with fewer new labels.")
@click.option("--promote/--no-promote", default=True, help="Serve the candidate if it passes the gate.")
@click.option("--job", type=int, hidden=True, help="The job that this run answers.")
def retrain(
    data: Path | None,
    extra: tuple[Path, ...],
    background: tuple[Path, ...],
    weights: tuple[tuple[str, float], ...],
    min_new_labels: int,
    promote: bool,
    job: int | None,
) -> None:
    """Train again with what reviewers decided; a running service picks the release up by itself.

    The exit status is 0 if the candidate passed the gate, 4 if the gate refused it, 5 if there was nothing
    to do.
    """
    with store() as parts, tempfile.TemporaryDirectory() as folder, _recorded(parts, job) as result:
        labels = Path(folder) / "labels.jsonl"
        with labels.open("wb") as file:
            file.writelines(format_object(label) for label in parts.triage.labels())
        sources = _sources(data, extra, background, weights, labels)
        status = _retrain(sources, min_new_labels, result, promote=promote)
    raise SystemExit(status)


def _sources(
    data: Path | None,
    extra: tuple[Path, ...],
    background: tuple[Path, ...],
    weights: tuple[tuple[str, float], ...],
    labels: Path | None = None,
) -> "Sources":
    from training.retrain import Sources

    aside = settings().home / "set-aside"
    return Sources(data or settings().data, extra, background, labels, aside, weights)


def _retrain(sources: "Sources", wanted: int, result: dict[str, Any], *, promote: bool) -> int:
    from training.retrain import count_new_labels

    fresh = count_new_labels(sources.labels, releases()) if sources.labels else 0
    result["new_labels"] = fresh
    if fresh < wanted:
        click.echo(f"Nothing to do: {fresh} new labels, {wanted} wanted")
        result["outcome"] = "nothing to do"
        return NOTHING_TO_DO
    click.echo(f"{fresh} new labels from reviewers")
    outcome = train_release(sources, releases(), promote=promote)
    result["outcome"] = "promoted" if outcome.promoted else "kept" if outcome.verdict.passed else "refused"
    result |= {"version": outcome.version, "reasons": list(outcome.verdict.reasons)}
    return PASSED if outcome.verdict.passed else REFUSED


@contextmanager
def _recorded(parts: Services, job_id: int | None) -> Iterator[dict[str, Any]]:
    """Record the run's result, or its failure, under the job that asked for it."""
    result: dict[str, Any] = {}
    if job_id is None:
        yield result
        return
    jobs = Jobs(parts.engine)
    jobs.start(job_id)
    try:
        yield result
    except Exception as error:
        jobs.finish(job_id, {"outcome": "failed", "detail": str(error)}, failed=True)
        raise
    jobs.finish(job_id, result)


@click.command()
@click.option("--data", type=_FILE, multiple=True, required=True, help="Labelled posts (JSONL); repeatable.")
@click.option("--release", "version", help="Which release; the served one by default.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write the metrics here too.")
@click.option("--report", type=click.Path(path_type=Path), help="Write an HTML report into this folder.")
def evaluate(
    data: tuple[Path, ...], version: str | None, json_path: Path | None, report: Path | None
) -> None:
    """Measure a release on labelled posts, per language and per act."""
    from training.evaluate import as_table, from_scores, measure
    from training.examples import read_examples
    from training.report import evaluation_page

    release = releases().load(version)
    examples = read_examples(data)
    if not examples:
        raise InputError(f"{', '.join(map(str, data))}: no labelled posts to measure on")
    _check_texts(examples)
    scores = release.scorer.score_many([example.text for example in examples])
    languages, acts = [example.language for example in examples], [example.act for example in examples]
    predictions = from_scores(languages, acts, scores)
    metrics = measure(predictions, release.policy)
    click.echo(as_table(metrics))
    if json_path:
        save(json_path, json.dumps({"release": release.version} | metrics, indent=1).encode() + b"\n")
    if report:
        report.mkdir(parents=True, exist_ok=True)
        page = evaluation_page(metrics, release.version, release.policy, predictions)
        save(report / "index.html", page.encode())


def _check_texts(examples: "Sequence[Example]") -> None:
    """Name the example whose text cannot be scored."""
    for example in examples:
        try:
            check_text(example.text)
        except InvalidPost as error:
            raise InputError(f"{example.source}: example {example.id!r}: {error}") from None


def train_release(sources: "Sources", kept: Releases, *, promote: bool) -> "Outcome":
    """Train with progress on the terminal and say what came of it."""
    from training.evaluate import as_table
    from training.retrain import train as run

    make_home()
    with alone("train"):
        outcome = run(
            sources, kept, promote=promote, progress=lambda step: click.echo(f"  {step} ...", err=True)
        )
    click.echo(as_table(outcome.metrics))
    click.echo(f"\nRelease {outcome.version}: {'promoted' if outcome.promoted else 'kept, not promoted'}")
    for name, count in outcome.set_aside.items():
        if count:
            click.echo(
                f"  {count:,} posts of {name} may be adverts: not taken as ordinary, but kept in "
                f"{sources.set_aside}; `breakwater rescore --enqueue` puts them before reviewers"
            )
    for line in outcome.verdict.compared:
        click.echo(f"  the gate compared: {line}")
    for reason in outcome.verdict.reasons:
        click.echo(f"  the gate objects: {reason}")
    return outcome


def train_if_needed() -> None:
    """Train the first release from the project's own data, if none is served yet."""
    from joblib.externals.loky import get_reusable_executor

    from training.retrain import Sources

    if releases().current() is None:
        click.echo(f"No release in {settings().releases_path} yet: training the first (some minutes)")
        train_release(Sources(settings().data), releases(), promote=True)
        # The processes that trained would idle beside the service, and outlive it by minutes.
        get_reusable_executor().shutdown(wait=True)
