"""Scoring from the command line: streams, files and crawls, whatever they hold and whatever stops them."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from model.artifact import Release
from model.lines import format_object

Run = Callable[..., Result]
Refused = Callable[..., str]
Start = Callable[..., "subprocess.Popen[bytes]"]
ADVERT = "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"
BENIGN = "ferry to the museum, lovely day"


def _write(path: Path, *rows: dict[str, Any] | bytes) -> Path:
    path.write_bytes(b"".join(row if isinstance(row, bytes) else format_object(row) for row in rows))
    return path


def _lines(content: bytes | str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def _rows(output: Path) -> list[dict[str, Any]]:
    if list(output.glob("part-*.parquet")):
        return [row for part in sorted(output.glob("part-*")) for row in pq.read_table(part).to_pylist()]
    return [row for part in sorted(output.glob("part-*")) for row in _lines(part.read_bytes())]


@pytest.fixture(name="crawl")
def _crawl(tmp_path: Path) -> Path:
    """Four posts: an advert, its twin under another id, an ordinary one, a bad line; and a blank line."""
    posts = [{"id": str(i), "platform": "x", "text": text} for i, text in enumerate((ADVERT, ADVERT, BENIGN))]
    return _write(tmp_path / "crawl.jsonl", *posts, b"\n", b"nonsense\n")


# --- score ---


def test_a_text_is_scored(run: Run, release: Release) -> None:
    """The answer is the score as JSON, and with --explain its reasons."""
    result = run("score", ADVERT)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["probability"] == release.scorer.score(ADVERT).probability
    told = json.loads(run("score", ADVERT, "--explain").stdout)
    assert {span["text"] for span in told["evidence"]} >= {"Two", "Thursday"}
    total = told["advert_intercept"] + sum(span["advert"] for span in told["evidence"])
    assert total == pytest.approx(told["advert_log_odds"])


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "text is empty"), (" \n\t", "text is empty"), ("x" * 50_001, "50,001 characters; the limit is")],
)
def test_a_text_that_cannot_be_scored_says_why(refused: Refused, text: str, message: str) -> None:
    """One line, exit status 1."""
    assert message in refused("score", text)


def test_hostile_texts_are_scored(run: Run) -> None:
    """Emoji alone, NULs, and bytes of the command line that are no UTF-8."""
    for text in ("🚤🚤", "a\0b", "pas\udcffsage to\udc80night", "?"):
        for explain in ((), ("--explain",)):
            result = run("score", text, *explain)
            assert (result.exit_code, result.exception) == (0, None)
            assert 0 <= json.loads(result.stdout)["probability"] <= 1


@pytest.mark.parametrize("arguments", [(), ("text", "--input", "-")])
def test_a_text_or_an_input_is_wanted(run: Run, arguments: tuple[str, ...]) -> None:
    """Neither or both is a usage error, status 2."""
    result = run("score", *arguments)
    assert result.exit_code == 2
    assert "give either TEXT or --input FILE" in result.stderr


def test_a_stream_is_scored_line_by_line(run: Run, crawl: Path, release: Release) -> None:
    """A bad line is a line with an error, and the status is 3; blank lines are passed over."""
    result = run("score", "--input", "-", input=crawl.read_bytes())
    rows = _lines(result.stdout)
    assert result.exit_code == 3
    assert [row["id"] for row in rows] == ["0", "1", "2", None]
    assert rows[0]["probability"] == release.scorer.score(ADVERT).probability
    assert rows[3]["error"]["detail"].startswith("-:5: not JSON")
    assert run("score", "--input", "-", input=b"").stdout == ""


def test_a_file_is_scored_into_a_file(run: Run, crawl: Path, tmp_path: Path) -> None:
    """With reasons if wanted; errors name the file and the line."""
    output = tmp_path / "scored.jsonl"
    result = run("score", "--input", crawl, "--output", output, "--explain")
    rows = _lines(output.read_bytes())
    assert (result.exit_code, result.output) == (3, "")
    assert rows[0]["evidence"][0].keys() >= {"start", "end", "text"}
    assert rows[3]["error"]["detail"].startswith(f"{crawl}:5: not JSON")


def test_a_file_may_be_scored_onto_itself(run: Run, tmp_path: Path) -> None:
    """It is read to its end before it is replaced."""
    path = _write(tmp_path / "posts.jsonl", {"id": "a", "text": ADVERT}, {"id": "b", "text": BENIGN})
    assert run("score", "--input", path, "--output", path).exit_code == 0
    assert [(row["id"], "band" in row) for row in _lines(path.read_bytes())] == [("a", True), ("b", True)]
    assert [found.name for found in tmp_path.iterdir() if found.name.startswith(".")] == []


@pytest.mark.parametrize("name", ["gone.jsonl", "folder"])
def test_an_unreadable_input_is_named_and_costs_nothing(refused: Refused, tmp_path: Path, name: str) -> None:
    """An earlier output stays as it was."""
    (tmp_path / "folder").mkdir()
    output = _write(tmp_path / "scored.jsonl", b"earlier\n")
    message = refused("score", "--input", tmp_path / name, "--output", output)
    assert message.startswith(f"{tmp_path / name} cannot be read: ")
    assert output.read_bytes() == b"earlier\n"


def test_a_truncated_input_keeps_what_was_scored(refused: Refused, tmp_path: Path) -> None:
    """The message says where it broke."""
    content = gzip.compress(b"".join(b'{"id": "%d", "text": "ferry"}\n' % number for number in range(30_000)))
    path = _write(tmp_path / "posts.jsonl.gz", content[: len(content) // 20])
    message = refused("score", "--input", path, "--output", tmp_path / "scored.jsonl")
    scored = _lines((tmp_path / "scored.jsonl").read_bytes())
    assert len(scored) > 500
    assert message.startswith(f"{path}:{len(scored) + 1}: cannot be read further")


@pytest.mark.parametrize("name", ["folder", "missing/scored.jsonl", "/dev/full"])
def test_an_output_that_cannot_be_written_is_named(
    refused: Refused, crawl: Path, tmp_path: Path, name: str
) -> None:
    """A folder, a place that is not there, a full disk."""
    (tmp_path / "folder").mkdir()
    message = refused("score", "--input", crawl, "--output", tmp_path / name)
    assert message.startswith(f"{tmp_path / name} cannot be written: ")


@pytest.mark.parametrize("name", ["scorer/weights.npy", "manifest.json"])
def test_a_tampered_release_scores_nothing(refused: Refused, home: Path, name: str) -> None:
    """The file is named, and what to do."""
    (path,) = home.glob(f"releases/*/{name}")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert str(path) in refused("score", ADVERT)


def test_without_a_release_the_command_that_makes_one_is_named(
    refused: Refused, variables: dict[str, str], tmp_path: Path
) -> None:
    """A release that is not kept is named too."""
    assert "no release '000000000000'" in refused("score", ADVERT, "--release", "000000000000")
    variables["BREAKWATER_HOME"] = str(tmp_path / "new")
    assert "run `breakwater train` first" in refused("score", ADVERT)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "many"), ("PORT", "99999"), ("LEASE_SECONDS", "-1"), ("SECURE_COOKIES", "?")]
)
def test_an_invalid_setting_is_named(
    refused: Refused, variables: dict[str, str], name: str, value: str
) -> None:
    """By its variable and value, in one line."""
    variables[f"BREAKWATER_{name}"] = value
    assert refused("score", ADVERT).startswith(f"BREAKWATER_{name}={value}: input should be ")


def test_streams_through_a_real_pipe(start: Start, crawl: Path) -> None:
    """Status, streams and messages as a shell sees them, without a traceback."""
    with crawl.open("rb") as posts:
        process = start("score", "--input", "-", "--output", "-", stdin=posts)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (3, b"")
    assert [row.get("band", "error") for row in _lines(out)][2:] == ["low", "error"]


def test_a_reader_that_leaves_is_no_crash(start: Start, tmp_path: Path) -> None:
    """`| head` ends the run in silence."""
    posts = _write(tmp_path / "posts.jsonl", *[{"id": str(i), "text": BENIGN} for i in range(3_000)])
    process = start("score", "--input", posts)
    assert process.stdout
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr
    assert process.stderr.read() == b""
    assert process.wait(timeout=120) in (0, 1)


# --- rescore ---


def test_a_crawl_is_rescored(run: Run, crawl: Path, tmp_path: Path) -> None:
    """Counts add up, a bad line makes the status 3, and the summary says where the parts are."""
    result = run("rescore", crawl, "--output", tmp_path / "out", "--workers", 1)
    assert result.exit_code == 3
    assert f"5 read = 3 scored, 1 failed, 1 blank; written to {tmp_path / 'out'}" in result.stdout
    assert [row["id"] for row in _rows(tmp_path / "out")] == ["0", "1", "2", None]


def test_the_summary_as_json(run: Run, tmp_path: Path) -> None:
    """For machines: the same figures; a sound crawl has status 0."""
    crawl = _write(tmp_path / "c.jsonl", *[{"id": "\ud800", "text": BENIGN}] * 2)
    result = run("rescore", crawl, "--output", tmp_path / "out", "--workers", 1, "--json")
    facts = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (facts["read"], facts["scored"], facts["repeated_ids"]) == (2, 2, 1)
    assert facts["repeated_id"] == "\ud800"


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_every_format_in_gives_the_same_scores(run: Run, tmp_path: Path, release: Release, kind: str) -> None:
    """JSONL, gzipped, CSV and Parquet, read from a folder, on two processes."""
    folder = tmp_path / "in"
    folder.mkdir()
    line = format_object({"id": "1", "text": ADVERT, "n": 1})
    _write(folder / "a.jsonl", line)
    _write(folder / "b.jsonl.gz", gzip.compress(line))
    _write(folder / "c.csv", f'id,text,n\n1,"{ADVERT}",1\n'.encode())
    pq.write_table(pa.table({"id": ["1"], "text": [ADVERT], "n": [1]}), folder / "d.parquet")
    assert run("rescore", folder, "--output", tmp_path / "out", "--format", kind).exit_code == 0
    found = [(row["id"], row["probability"]) for row in _rows(tmp_path / "out")]
    assert found == [("1", release.scorer.score(ADVERT).probability)] * 4


def test_a_file_that_breaks_does_not_cost_the_others(run: Run, crawl: Path, tmp_path: Path) -> None:
    """Truncated Parquet and gzip are named, what came before the break is kept, and the status is 3."""
    pq.write_table(pa.table({"text": ["a"] * 1000}), tmp_path / "b.parquet")
    content = (tmp_path / "b.parquet").read_bytes()
    _write(tmp_path / "b.parquet", content[: len(content) // 2])
    packed = gzip.compress(b"".join(b'{"id": "%d", "text": "ferry"}\n' % number for number in range(9_000)))
    _write(tmp_path / "c.jsonl.gz", packed[: len(packed) // 20])
    inputs = [tmp_path / "b.parquet", tmp_path / "c.jsonl.gz", crawl]
    result = run("rescore", *inputs, "--output", tmp_path / "out", "--workers", 1)
    broken = [line for line in result.stderr.splitlines() if line.startswith("not read to its end: ")]
    assert result.exit_code == 3
    assert [name in line for name, line in zip(("b.parquet", "c.jsonl.gz:"), broken, strict=True)] == [
        True
    ] * 2
    assert 0 < len(_rows(tmp_path / "out")) - 4 < 2_000


def test_parquet_cells_that_python_cannot_hold_fail_no_other_row(run: Run, tmp_path: Path) -> None:
    """Text that is no UTF-8 is an error of its row; times in nanoseconds and gaps are carried."""
    text = pa.array([b"ferry", b"\xff\xfe", b"museum"]).view(pa.string())
    at = pa.array([1, None, 1_700_000_000_000_000_001], pa.timestamp("ns"))
    likes = pa.array([float("nan"), 1.0, 2.0])
    pq.write_table(
        pa.table({"id": ["1", "2", "3"], "text": text, "at": at, "likes": likes}), tmp_path / "p.parquet"
    )
    result = run("rescore", tmp_path / "p.parquet", "--output", tmp_path / "out", "--workers", 1)
    rows = _rows(tmp_path / "out")
    assert result.exit_code == 3
    assert [row.get("error", {}).get("detail", "")[-15:] for row in rows] == ["", "text: not UTF-8", ""]
    assert (rows[0]["likes"], rows[2]["likes"]) == (None, 2.0)
    assert rows[2]["at"].endswith("000000001")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.jsonl", "does not exist"),
        ("notes.txt", "unknown format"),
        ("empty", "holds no JSONL, CSV or Parquet file"),
    ],
)
def test_inputs_that_cannot_be_used_are_named(
    refused: Refused, tmp_path: Path, name: str, message: str
) -> None:
    """Before an output folder is made."""
    (tmp_path / "empty").mkdir()
    _write(tmp_path / "notes.txt", b"")
    told = refused("rescore", tmp_path / name, "--output", tmp_path / "out")
    assert told.startswith(str(tmp_path / name))
    assert message in told
    assert not (tmp_path / "out").exists()


def test_output_folders_that_cannot_be_used_are_named(refused: Refused, crawl: Path, tmp_path: Path) -> None:
    """One that is not empty, one that is a file, one below a file; nothing in them changes."""
    (tmp_path / "used").mkdir()
    notes = _write(tmp_path / "used" / "notes", b"mine")
    for output, message in (
        (tmp_path / "used", "is not empty; choose another folder, or --resume"),
        (notes, "cannot be written: File exists"),
        (notes / "below", "cannot be written: Not a directory"),
    ):
        assert refused("rescore", crawl, "--output", output).startswith(f"{output} {message}")
    assert notes.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["run.json", "progress.jsonl"])
def test_a_damaged_record_is_not_resumed(
    run: Run, refused: Refused, crawl: Path, tmp_path: Path, name: str
) -> None:
    """The folder is named, and its parts stay."""
    output = tmp_path / "out"
    run("rescore", crawl, "--output", output, "--workers", 1)
    _write(output / name, b"{]\n")
    message = refused("rescore", crawl, "--output", output, "--resume")
    assert message.startswith(f"{output} cannot be resumed: its records are damaged")
    assert len(_rows(output)) == 4


def test_an_output_inside_the_input_is_not_read(run: Run, crawl: Path, tmp_path: Path) -> None:
    """A run can be resumed, and repeated, without scoring its own parts."""
    folder = tmp_path / "all"
    folder.mkdir()
    crawl.rename(folder / "crawl.jsonl")
    for more in ((), ("--resume",)):
        result = run("rescore", folder, "--output", folder / "out", "--workers", 1, *more)
        assert "5 read = 3 scored, 1 failed, 1 blank" in result.stdout


def test_no_process_at_all_is_a_usage_error(run: Run, crawl: Path, tmp_path: Path) -> None:
    """Status 2, with the range."""
    result = run("rescore", crawl, "--output", tmp_path / "out", "--workers", 0)
    assert result.exit_code == 2
    assert "'--workers': 0 is not in the range" in result.stderr


# --- the queue ---


def test_posts_are_enqueued_exactly_once(
    run: Run, crawl: Path, tmp_path: Path, waiting: Callable[[], list[str]]
) -> None:
    """However often the run is repeated or taken up again."""
    arguments = ("rescore", crawl, "--enqueue", "--workers", 1, "--output")
    first = run(*arguments, tmp_path / "out")
    assert "2 posts routed to the queue, 2 of them new" in first.stderr
    again = run(*arguments, tmp_path / "out", "--resume")
    assert again.stdout == first.stdout
    assert "2 posts routed to the queue, 0 of them new" in run(*arguments, tmp_path / "other").stderr
    assert waiting() == [ADVERT, ADVERT]


def test_a_locked_queue_stops_the_run_before_it_scores(refused: Refused, crawl: Path, home: Path) -> None:
    """The message names the database and what to do; a later run does all of it."""
    home.mkdir(exist_ok=True)
    with closing(sqlite3.connect(home / "breakwater.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN EXCLUSIVE")
        message = refused("rescore", crawl, "--output", home / "out", "--enqueue")
    assert message.startswith(
        f"the database {home / 'breakwater.db'} is locked by another process; try again"
    )
    assert not (home / "out").exists()


@pytest.mark.parametrize("content", [b"this is no database at all" * 40, None])
def test_a_queue_that_cannot_be_opened_is_named(
    refused: Refused, run: Run, crawl: Path, home: Path, content: bytes | None
) -> None:
    """A foreign file or a folder in its place; without --enqueue nothing of it matters."""
    database = home / "breakwater.db"
    database.mkdir() if content is None else database.write_bytes(content)
    message = refused("rescore", crawl, "--output", home / "out", "--enqueue")
    assert message.startswith(f"the database {database} ")
    result = run("rescore", crawl, "--output", home / "out", "--workers", 1)
    assert "5 read = 3 scored" in result.stdout


def test_a_home_that_cannot_be_written_is_named(
    refused: Refused, variables: dict[str, str], tmp_path: Path
) -> None:
    """A file in the place of the folder stands for every home without write permission."""
    variables["BREAKWATER_HOME"] = str(_write(tmp_path / "file", b""))
    for command in (("demo",), ("user", "list"), ("export", "labels"), ("train",), ("serve", "--port", 0)):
        message = refused(*command)
        assert message.startswith(f"the home folder {tmp_path / 'file'} cannot be used: ")
        assert message.endswith("with BREAKWATER_HOME")


@pytest.fixture(name="long_crawl")
def _long_crawl(tmp_path: Path) -> Path:
    """Enough files that a run can be killed amid them; one post in ten is an advert."""
    folder = tmp_path / "long"
    folder.mkdir()
    for number in range(40):
        texts = [f"{ADVERT if i % 10 == 0 else BENIGN} {number}.{i}" for i in range(30)]
        posts = [{"id": f"{number}.{i}", "platform": "x", "text": text} for i, text in enumerate(texts)]
        _write(folder / f"{number:02}.jsonl", *posts, b"nonsense\n")
    return folder


def _kill_amid(process: "subprocess.Popen[bytes]", output: Path) -> None:
    """Kill a run and all its workers as soon as a part is done."""
    progress = output / "progress.jsonl"
    until = time.monotonic() + 120
    while not (progress.exists() and progress.stat().st_size) and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_a_run_killed_midway_is_taken_up(
    start: Start, run: Run, long_crawl: Path, tmp_path: Path, waiting: Callable[[], list[str]]
) -> None:
    """After kill -9 the resumed run equals an undisturbed one, row for row, and each case is there once."""
    output, whole = tmp_path / "out", tmp_path / "whole"
    arguments = ("rescore", long_crawl, "--enqueue", "--json", "--output")
    _kill_amid(start(*arguments, output, "--workers", 2), output)
    assert 0 < len(list(output.glob("part-*"))) < 40
    resumed = run(*arguments, output, "--workers", 1, "--resume")
    queued = waiting()
    assert resumed.stdout == run(*arguments, whole, "--workers", 2).stdout
    assert _rows(output) == _rows(whole)
    assert queued == waiting()
    assert len(queued) == len(set(queued)) == json.loads(resumed.stdout)["routed"] >= 120
    assert [path.name for path in output.iterdir() if path.name.startswith(".")] == []
