"""Rescore crawls: read files in chunks, score them on all cores, write parts, and route what is high."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from joblib import Parallel, delayed

from model.artifact import Release, Releases
from model.errors import InputError
from model.records import Explanation, Post
from service.inputs import Chunk, find_inputs, is_blank, read_chunks, read_rows
from service.outputs import FORMATS, ScoredRow, read_ids, write_part, write_whole

ALL_CORES = -1
RUN, PROGRESS, MANIFEST = "run.json", "progress.jsonl", "manifest.json"

Routed = tuple[Post, Explanation]
Enqueue = Callable[[Sequence[Routed]], object]
Watch = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Job:
    """What to rescore, where to, and with what."""

    inputs: Sequence[Path]
    output: Path
    releases: Path
    release: str
    signing_key: str | None = None
    format: str = "jsonl"
    workers: int = ALL_CORES
    chunk_rows: int = 2_000
    resume: bool = False
    enqueue: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What one part holds; read = scored + failed + skipped."""

    name: str
    source: str
    first: int
    read: int
    scored: int
    failed: int
    skipped: int
    routed: int
    bands: dict[str, int]
    languages: dict[str, int]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did; `failures` names the files that could not be read to their end."""

    release: str
    read: int
    scored: int
    failed: int
    skipped: int
    routed: int
    bands: dict[str, int]
    languages: dict[str, int]
    failures: tuple[str, ...]
    repeated_ids: int
    repeated_id: str | None


def rescore(job: Job, enqueue: Enqueue | None = None, watch: Watch = lambda _: None) -> Summary:
    """Rescore the job's inputs, calling `enqueue` with each part's posts that enter the queue.

    A part counts as done once it is written and its posts are enqueued. Raises InputError for inputs or an
    output folder that cannot be used; a file that breaks midway is reported in the summary instead.
    """
    paths = [path for path in find_inputs(job.inputs) if not _is_below(path, job.output)]
    done = _open_run(job, paths)
    failures: list[str] = []
    parts = list(done.values())
    watch(sum(part.read for part in parts))
    with (job.output / PROGRESS).open("ab") as progress:
        for part, routed in _score_parts(job, paths, done, failures):
            if enqueue and routed:
                enqueue(routed)
            progress.write(json.dumps(asdict(part)).encode() + b"\n")
            progress.flush()
            parts.append(part)
            watch(part.read)
    return _finish(job, sorted(parts, key=lambda part: part.name), failures)


def count_rows(paths: Sequence[Path]) -> int | None:
    """Count the rows to come, roughly, for a progress bar; None if a file cannot tell cheaply."""
    total = 0
    for path in paths:
        if path.suffix == ".gz":
            return None
        total += _rows_in(path)
    return total


def _rows_in(path: Path) -> int:
    if path.suffix == ".parquet":
        try:
            return int(pq.read_metadata(path).num_rows)
        except (OSError, pa.ArrowException):
            return 0
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def _is_below(path: Path, folder: Path) -> bool:
    """Whether a file is one of our own: the output may lie inside a folder that is read."""
    return path.resolve().is_relative_to(folder.resolve())


def _score_parts(
    job: Job, paths: Sequence[Path], done: dict[str, Part], failures: list[str]
) -> Iterator[tuple[Part, tuple[Routed, ...]]]:
    tasks = (
        delayed(_score_chunk)(job, name, chunk)
        for name, chunk in _numbered(job, paths, failures)
        if name not in done
    )
    run = Parallel(n_jobs=job.workers, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
    yield from run(tasks)


def _numbered(job: Job, paths: Sequence[Path], failures: list[str]) -> Iterator[tuple[str, Chunk]]:
    """Name each chunk's part by file and place, so that a resumed run gives the same names."""
    for number, path in enumerate(paths):
        try:
            for index, chunk in enumerate(read_chunks(path, job.chunk_rows)):
                yield f"part-{number:04d}-{index:06d}.{job.format}", chunk
        except InputError as error:
            failures.append(str(error))


def _score_chunk(job: Job, name: str, chunk: Chunk) -> tuple[Part, tuple[Routed, ...]]:
    release = _release(job.releases, job.release, job.signing_key)
    table = chunk.rows if isinstance(chunk.rows, pa.Table) else None
    blank = 0 if table is not None else sum(map(is_blank, chunk.rows))
    rows = list(_scored(release, chunk))
    write_part(job.output / name, rows, str(chunk.path), table)
    scores = [row.score for row in rows if row.score]
    routed = _routed(release, rows) if job.enqueue else ()
    part = Part(
        name,
        str(chunk.path),
        chunk.lines[0],
        read=len(rows) + blank,
        scored=len(scores),
        failed=len(rows) - len(scores),
        skipped=blank,
        routed=len(routed),
        bands=dict(Counter(score.band.value for score in scores)),
        languages=dict(Counter(score.language for score in scores)),
    )
    return part, routed


def _scored(release: Release, chunk: Chunk) -> Iterator[ScoredRow]:
    rows = list(read_rows(chunk))
    scores = iter(release.scorer.score_many([row.post.text for row in rows if row.post]))
    for row in rows:
        yield ScoredRow(row, next(scores) if row.post else None)


def _routed(release: Release, rows: Sequence[ScoredRow]) -> tuple[Routed, ...]:
    return tuple(
        (scored.row.post, release.scorer.explain(scored.row.post.text))
        for scored in rows
        if scored.row.post and scored.score and release.policy.routes(scored.score)
    )


@lru_cache(maxsize=2)
def _release(root: Path, version: str, signing_key: str | None) -> Release:
    """Load a release once in each worker process."""
    return Releases(root, signing_key).load(version)


def _open_run(job: Job, paths: Sequence[Path]) -> dict[str, Part]:
    """Start a run in the output folder, or pick up the one that is there; returns its finished parts."""
    if job.format not in FORMATS:
        raise InputError(f"{job.format!r} is not an output format; choose {' or '.join(FORMATS)}")
    description = _description(job, paths)
    run = job.output / RUN
    try:
        job.output.mkdir(parents=True, exist_ok=True)
        if run.exists() and job.resume:
            return _resumed(job, description)
        if any(job.output.iterdir()):
            raise InputError(f"{job.output} is not empty; choose another folder, or --resume the run in it")
        write_whole(run, lambda draft: draft.write_text(json.dumps(description, indent=1)))
    except OSError as error:
        raise InputError(f"{job.output} cannot be written: {error.strerror or error}") from error
    return {}


def _description(job: Job, paths: Sequence[Path]) -> dict[str, Any]:
    return {
        "release": job.release,
        "format": job.format,
        "chunk_rows": job.chunk_rows,
        "enqueue": job.enqueue,
        "inputs": [{"path": str(path), "sha256": _digest(path)} for path in paths],
    }


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def _resumed(job: Job, description: dict[str, Any]) -> dict[str, Part]:
    try:
        begun = dict(json.loads((job.output / RUN).read_bytes()))
        parts = _finished_parts(job.output / PROGRESS)
    except (ValueError, TypeError) as error:
        raise InputError(f"{job.output} cannot be resumed: its records are damaged ({error})") from error
    changed = [key for key, value in description.items() if begun.get(key) != value]
    if changed:
        advice = f"; go on with --release {begun['release']}" if changed == ["release"] else ""
        reason = f"{', '.join(changed)} changed since it began{advice}"
        raise InputError(f"{job.output} cannot be resumed: {reason}")
    for draft in job.output.glob(".part-*"):
        draft.unlink(missing_ok=True)
    return {part.name: part for part in parts if (job.output / part.name).exists()}


def _finished_parts(progress: Path) -> list[Part]:
    """Read which parts were finished; a last line that was only half written is taken off."""
    if not progress.exists():
        return []
    lines = progress.read_bytes().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    parts = [Part(**json.loads(line)) for line in whole]
    progress.write_bytes(b"".join(whole))
    return parts


def _finish(job: Job, parts: Sequence[Part], failures: Sequence[str]) -> Summary:
    repeated, example = _repeated_ids(job.output, parts)
    summary = Summary(
        job.release,
        read=sum(part.read for part in parts),
        scored=sum(part.scored for part in parts),
        failed=sum(part.failed for part in parts),
        skipped=sum(part.skipped for part in parts),
        routed=sum(part.routed for part in parts),
        bands=_total(part.bands for part in parts),
        languages=_total(part.languages for part in parts),
        failures=tuple(failures),
        repeated_ids=repeated,
        repeated_id=example,
    )
    manifest = asdict(summary)
    manifest["parts"] = [asdict(part) | {"sha256": _digest(job.output / part.name)} for part in parts]
    write_whole(job.output / MANIFEST, lambda draft: draft.write_text(json.dumps(manifest, indent=1)))
    return summary


def _total(counts: Iterator[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))


def _repeated_ids(output: Path, parts: Sequence[Part]) -> tuple[int, str | None]:
    """Count ids that stand on more than one row, eight bytes of memory an id, and name one."""
    hashes = np.fromiter((hash(identity) for identity in _ids(output, parts)), dtype=np.int64)
    values, counts = np.unique(hashes, return_counts=True)
    repeated = set(values[counts > 1].tolist())
    example = next((i for i in _ids(output, parts) if hash(i) in repeated), None) if repeated else None
    return len(repeated), example


def _ids(output: Path, parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        yield from (identity for identity in read_ids(output / part.name) if identity is not None)
