"""Rescoring loses nothing, can be taken up again, and gives the same answer on every engine."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.artifact import Release
from model.errors import InputError
from model.lines import format_object
from service.rescore import MANIFEST, PROGRESS, Job, Routed, Summary, count_rows, rescore
from training.examples import read_examples

ADVERT = "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"


@pytest.fixture(name="crawl")
def _crawl(small_data: Path, tmp_path: Path) -> Path:
    """The English examples as a crawl, with what crawls hold: a blank line, a broken one, extra columns."""
    path = tmp_path / "crawl.jsonl"
    with path.open("wb") as file:
        for example in read_examples([small_data / "en.jsonl"]):
            file.write(format_object({"id": example.id, "text": example.text, "language": "guess", "n": 1}))
        file.write(b"\nnonsense\n")
    return path


@pytest.fixture(name="job")
def _job(crawl: Path, tmp_path: Path, release: Release) -> Job:
    return job_of(crawl, tmp_path / "out", release)


def job_of(path: Path, output: Path, release: Release, **more: Any) -> Job:
    """Describe a small job."""
    settings = {"workers": 1, "chunk_rows": 40} | more
    return Job([path], output, release.path.parent, release.version, **settings)


def objects(output: Path) -> list[dict[str, Any]]:
    """Read all parts of a run."""
    parts = sorted(output.glob("part-*.jsonl"))
    return [json.loads(line) for part in parts for line in part.read_bytes().splitlines()]


def test_counts_add_up(job: Job) -> None:
    """Read is scored and failed and skipped, and each row that is not blank is written."""
    summary = rescore(job)
    assert summary.read == summary.scored + summary.failed + summary.skipped
    assert (summary.failed, summary.skipped) == (1, 1)
    assert len(objects(job.output)) == summary.scored + summary.failed
    assert sum(summary.bands.values()) == summary.scored


def test_rows_are_scored_as_single_posts_are(job: Job, release: Release, small_data: Path) -> None:
    """A row holds what the scorer says of its text, and the columns that came along."""
    rescore(job)
    texts = {example.id: example.text for example in read_examples([small_data / "en.jsonl"])}
    for row in objects(job.output)[:-1]:
        score = release.scorer.score(texts[row["id"]])
        assert row["probability"] == score.probability
        assert row["input_language"] == "guess"
        assert row["n"] == 1


def test_a_broken_line_is_a_row_with_its_place(job: Job, crawl: Path) -> None:
    """The error names file and line."""
    rescore(job)
    error = objects(job.output)[-1]["error"]
    assert error["type"] == "input-error"
    assert error["detail"].startswith(f"{crawl}:")
    assert "not JSON" in error["detail"]


def test_processes_give_the_same_bytes_as_one(
    job: Job, crawl: Path, tmp_path: Path, release: Release
) -> None:
    """Serial and parallel runs write identical parts."""
    rescore(job)
    rescore(job_of(crawl, tmp_path / "parallel", release, workers=2))
    for part in job.output.glob("part-*"):
        assert (tmp_path / "parallel" / part.name).read_bytes() == part.read_bytes()


class Stopped(Exception):
    """Stands for a killed run."""


def test_a_stopped_run_is_taken_up(job: Job, crawl: Path, tmp_path: Path, release: Release) -> None:
    """A run that died midway and was resumed equals an undisturbed one."""

    def stop(read: int) -> None:
        if read:
            raise Stopped

    with pytest.raises(Stopped):
        rescore(job, watch=stop)
    resumed = rescore(job_of(crawl, job.output, release, resume=True))
    undisturbed = rescore(job_of(crawl, tmp_path / "whole", release))
    assert resumed == undisturbed
    assert objects(job.output) == objects(tmp_path / "whole")


def test_a_torn_progress_line_is_done_again(job: Job, crawl: Path, release: Release) -> None:
    """The half-written last line of a killed run counts for nothing."""
    whole = rescore(job)
    progress = job.output / PROGRESS
    progress.write_bytes(progress.read_bytes()[:-20])
    assert rescore(job_of(crawl, job.output, release, resume=True)) == whole


def test_a_changed_input_is_not_resumed(job: Job, crawl: Path, release: Release) -> None:
    """Mixing two crawls in one output would be a silent lie."""
    rescore(job)
    crawl.write_bytes(b'{"text": "other"}\n')
    with pytest.raises(InputError, match="inputs changed"):
        rescore(job_of(crawl, job.output, release, resume=True))


def test_a_run_goes_on_with_the_release_it_began_with(job: Job, release: Release) -> None:
    """If another is served by now, the message says which to name."""
    rescore(job)
    with pytest.raises(InputError, match=f"go on with --release {release.version}"):
        rescore(replace(job, release="0" * 12, resume=True))


def test_a_used_folder_is_not_overwritten(job: Job) -> None:
    """The message says how to go on."""
    rescore(job)
    with pytest.raises(InputError, match="--resume"):
        rescore(job)


def test_posts_from_review_upwards_are_enqueued(tmp_path: Path, release: Release) -> None:
    """Each routed post is handed over with its explanation."""
    path = tmp_path / "crawl.jsonl"
    other = {"text": "ferry to the museum, lovely day"}
    path.write_bytes(format_object({"text": ADVERT}) + format_object(other))
    routed: list[Routed] = []
    summary = rescore(job_of(path, tmp_path / "out", release, enqueue=True), routed.extend)
    assert [post.text for post, _ in routed] == [ADVERT]
    assert summary.routed == 1
    assert routed[0][1].evidence


def test_ids_that_repeat_are_told(tmp_path: Path, release: Release) -> None:
    """Both rows are scored and the summary names the id."""
    path = tmp_path / "crawl.jsonl"
    path.write_bytes(b"".join(format_object({"id": i, "text": "hello there"}) for i in ("a", "b", "a")))
    summary = rescore(job_of(path, tmp_path / "out", release))
    assert (summary.scored, summary.repeated_ids, summary.repeated_id) == (3, 1, "a")


def test_parquet_keeps_columns_and_types(tmp_path: Path, release: Release) -> None:
    """Columns pass through with their types; ours stand beside them."""
    path = tmp_path / "crawl.parquet"
    likes = pa.array([5, 6], pa.int32())
    pq.write_table(pa.table({"id": [1, 2], "text": [ADVERT, None], "likes": likes}), path)
    summary = rescore(job_of(path, tmp_path / "out", release, format="parquet"))
    table = pq.read_table(next((tmp_path / "out").glob("part-*.parquet")))
    assert (summary.scored, summary.failed) == (1, 1)
    assert table.schema.field("likes").type == pa.int32()
    assert table["probability"].to_pylist()[0] == release.scorer.score(ADVERT).probability
    assert table["error_type"].to_pylist() == [None, "invalid-post"]


def test_a_file_that_breaks_does_not_stop_the_others(tmp_path: Path, release: Release, crawl: Path) -> None:
    """The summary names it; the rest is done."""
    broken = tmp_path / "a.parquet"
    broken.write_bytes(b"PAR1 nothing")
    job = Job([broken, crawl], tmp_path / "out", release.path.parent, release.version, workers=1)
    summary = rescore(job)
    assert summary.scored > 0
    assert len(summary.failures) == 1
    assert "a.parquet" in summary.failures[0]


def test_the_manifest_holds_the_summary(job: Job) -> None:
    """Counts, release and the digest of every part are written down."""
    summary = rescore(job)
    manifest = json.loads((job.output / MANIFEST).read_text())
    assert manifest["read"] == summary.read
    assert manifest["release"] == job.release
    assert all(len(part["sha256"]) == 64 for part in manifest["parts"])


def test_rows_to_come_are_counted_for_the_progress_bar(tmp_path: Path, crawl: Path) -> None:
    """Cheaply, or not at all: a packed file does not tell, a broken one counts for nothing."""
    pq.write_table(pa.table({"text": ["a"] * 7}), tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"no parquet")
    lines = crawl.read_bytes().count(b"\n")
    assert count_rows([tmp_path / "a.parquet", tmp_path / "b.parquet", crawl]) == 7 + lines
    assert count_rows([crawl, tmp_path / "c.jsonl.gz"]) is None


def test_a_resumed_run_tells_all_that_was_routed(tmp_path: Path, release: Release) -> None:
    """What an earlier attempt routed counts too, and drafts that it left are cleared away."""
    path, output = tmp_path / "crawl.jsonl", tmp_path / "out"
    path.write_bytes(format_object({"text": ADVERT}))
    routed: list[Routed] = []
    first = rescore(job_of(path, output, release, enqueue=True), routed.extend)
    (output / ".part-0000-000000.jsonl-1").write_bytes(b"half")
    assert rescore(job_of(path, output, release, enqueue=True, resume=True), routed.extend) == first
    assert (first.routed, len(routed)) == (1, 1)
    assert not list(output.glob(".part-*"))


def test_an_unknown_format_is_refused(job: Job) -> None:
    """With those there are."""
    with pytest.raises(InputError, match="'xml' is not an output format; choose jsonl or parquet"):
        rescore(replace(job, format="xml"))


def test_an_empty_file_gives_an_empty_summary(tmp_path: Path, release: Release) -> None:
    """Nothing in, nothing out, no error."""
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"")
    summary: Summary = rescore(job_of(path, tmp_path / "out", release))
    assert summary.read == 0
