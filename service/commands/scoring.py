"""Commands that score: one post, a stream, or a crawl."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import click
from tqdm import tqdm

from model.artifact import Release
from model.errors import InputError
from model.lines import format_object
from service.answers import explanation_answer, score_answer
from service.commands.context import releases, settings, store, tell_json
from service.inputs import Chunk, find_inputs, read_chunks, read_rows
from service.intake import enqueue
from service.outputs import ScoredRow, scored_object
from service.rescore import ALL_CORES, Job, Routed, Summary, count_rows, rescore

SOME_FAILED = 3
_CHUNK = 500
_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("text", required=False)
@click.option(
    "--input", "source", type=click.Path(allow_dash=True), help="A file of posts (JSONL); - for stdin."
)
@click.option("--output", "target", type=click.Path(allow_dash=True), default="-", help="Where to; stdout.")
@click.option("--explain", is_flag=True, help="Add the spans that made each score.")
@click.option("--release", "version", help="Which release; the served one by default.")
def score(text: str | None, source: str | None, target: str, explain: bool, version: str | None) -> None:
    """Score TEXT, or each line of a JSONL file.

    A line that cannot be scored becomes a line with an error; the exit status is then 3.
    """
    if (text is None) == (source is None):
        raise click.UsageError("give either TEXT or --input FILE")
    release = releases().load(version)
    if text is not None:
        told = release.scorer.explain(text)
        answer = explanation_answer(told, text) if explain else score_answer(told.score)
        tell_json(answer)
        return
    chunks = _chunks(str(source))
    # An input that cannot be read at all is told before an earlier output is replaced.
    begun = list(islice(chunks, 1))
    with _writing(target) as out:
        failed, broken = _score_chunks(release, chain(begun, chunks), out, explain=explain)
    if broken:
        raise broken
    raise SystemExit(SOME_FAILED if failed else 0)


def _chunks(source: str) -> Iterator[Chunk]:
    if source != "-":
        yield from read_chunks(Path(source), _CHUNK)
        return
    numbered = enumerate(sys.stdin.buffer, 1)
    while batch := list(islice(numbered, _CHUNK)):
        yield Chunk(Path("-"), [number for number, _ in batch], [line for _, line in batch])


@contextmanager
def _writing(target: str) -> Iterator[IO[bytes]]:
    """Open what scored lines go to; a file takes its place when it is complete."""
    if target == "-":
        yield sys.stdout.buffer
        return
    path = Path(target)
    special = path.exists() and not path.is_file()
    draft = path if special else path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with draft.open("wb") as out:
            yield out
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if not special:
            draft.unlink(missing_ok=True)


def _score_chunks(
    release: Release, chunks: Iterable[Chunk], out: IO[bytes], *, explain: bool
) -> tuple[int, InputError | None]:
    """Score chunks; returns how many rows failed, and the error if the input broke before its end."""
    failed = 0
    try:
        for chunk in chunks:
            rows = list(read_rows(chunk))
            scores = iter(release.scorer.score_many([row.post.text for row in rows if row.post]))
            for row in rows:
                scored = ScoredRow(row, next(scores) if row.post else None)
                out.write(
                    format_object(_answer(release, scored, f"{chunk.path}:{row.line}", explain=explain))
                )
            out.flush()
            failed += sum(row.error is not None for row in rows)
    except InputError as error:
        return failed, error
    return failed, None


def _answer(release: Release, scored: ScoredRow, where: str, *, explain: bool) -> dict[str, Any]:
    answer = scored_object(scored, where)
    post = scored.row.post
    return (
        answer | explanation_answer(release.scorer.explain(post.text), post.text)
        if explain and post
        else answer
    )


@click.command("rescore")
@click.argument("inputs", nargs=-1, required=True, type=_PATH)
@click.option("--output", required=True, type=_PATH, help="A new folder for the scored parts.")
@click.option("--format", "kind", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True)
@click.option("--workers", type=click.IntRange(min=1), help="Processes; all cores by default.")
@click.option("--resume", is_flag=True, help="Go on with the run in the output folder.")
@click.option("--enqueue", "routing", is_flag=True, help="Route posts from review upwards into the queue.")
@click.option("--release", "version", help="Which release; the served one by default.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def rescore_command(
    inputs: tuple[Path, ...],
    output: Path,
    kind: str,
    workers: int | None,
    resume: bool,
    routing: bool,
    version: str | None,
    as_json: bool,
) -> None:
    """Score files of posts (JSONL, CSV, Parquet, or folders of them) on all cores.

    The exit status is 3 if a line or a file could not be scored; everything else is done all the same.
    """
    job = Job(
        inputs,
        output,
        settings().releases_path,
        releases().load(version).version,
        settings().signing_key,
        kind,
        workers or ALL_CORES,
        resume=resume,
        enqueue=routing,
    )
    with tqdm(total=_expected(inputs), unit=" posts", disable=None, smoothing=0.1) as bar:
        summary = _run(job, bar)
    _tell(summary, output, as_json=as_json)
    raise SystemExit(SOME_FAILED if summary.failed or summary.failures else 0)


def _expected(inputs: Sequence[Path]) -> int | None:
    return count_rows(find_inputs(inputs)) if sys.stderr.isatty() else None


def _run(job: Job, bar: "tqdm[Any]") -> Summary:
    if not job.enqueue:
        return rescore(job, watch=bar.update)
    new = 0
    with store() as parts:

        def take(routed: Sequence[Routed]) -> None:
            nonlocal new
            new += sum(case.created for case in enqueue(parts, routed))

        summary = rescore(job, take, bar.update)
    bar.write(f"{summary.routed:,} posts routed to the queue, {new:,} of them new there", file=sys.stderr)
    return summary


def _tell(summary: Summary, output: Path, *, as_json: bool) -> None:
    if as_json:
        tell_json(asdict(summary), indent=None)
        return
    counts = f"{summary.scored:,} scored, {summary.failed:,} failed, {summary.skipped:,} blank"
    click.echo(f"{summary.read:,} read = {counts}; written to {output} with release {summary.release}")
    bands = ", ".join(f"{band} {count:,}" for band, count in summary.bands.items())
    click.echo(f"bands: {bands or 'none'}")
    if summary.repeated_ids:
        example = f"for example {summary.repeated_id!r}"
        click.echo(f"{summary.repeated_ids:,} ids stand on more than one row, {example}; each row was scored")
    for failure in summary.failures:
        click.echo(f"not read to its end: {failure}", err=True)
