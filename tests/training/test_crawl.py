"""A crawl becomes background, but for what may be an advert."""

import gzip
import json
from pathlib import Path

import pytest

from model.artifact import Release
from model.errors import InputError
from model.scorer import MAX_CHARS
from training.background import BackgroundPost
from training.crawl import read_crawl, suspicion_of, write_aside
from training.lines import read_rows

ADVERT = "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"


def test_likely_adverts_are_set_aside(release: Release, tmp_path: Path) -> None:
    """What the release would route is no background; its row is kept whole."""
    path = tmp_path / "crawl.jsonl"
    rows = [{"text": "tea and bread with my sister", "id": 1}, {"text": ADVERT, "id": 2}]
    path.write_text("\n".join(map(json.dumps, rows)))
    crawl = read_crawl(path, suspicion_of(release.scorer, release.policy))
    assert [post.text for post in crawl.posts] == ["and bread my sister tea with"]
    assert crawl.aside == [rows[1]]
    write_aside(crawl.aside, tmp_path / "aside" / "crawl.jsonl")
    assert [row for _, row in read_rows(tmp_path / "aside" / "crawl.jsonl")] == [rows[1]]


def test_texts_that_cannot_be_scored_are_not_suspected(release: Release) -> None:
    """Empty and overlong texts are no adverts and break nothing."""
    suspect = suspicion_of(release.scorer, release.policy)
    assert suspect([" ", "a " * MAX_CHARS, ADVERT]) == [False, False, True]


def test_crawl_is_folded_like_the_background(tmp_path: Path) -> None:
    """A team's posts become bags; copies, wordless posts and blank lines leave nothing."""
    path = tmp_path / "crawl.jsonl.gz"
    rows = [
        {"text": "Tea and BREAD", "language": "en", "likes": 3},
        {"text": "bread, and tea!"},
        {"text": "...."},
        {"text": "\ud800 نان"},
    ]
    path.write_bytes(gzip.compress("\n\n".join(map(json.dumps, rows)).encode()))
    assert read_crawl(path).posts == [
        BackgroundPost("en", "crawl.jsonl.gz", "and bread tea"),
        BackgroundPost("und", "crawl.jsonl.gz", "نان"),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"not json", "not JSON"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b"[1]", "not a JSON object but list"),
        (b"[" * 100_000, "not JSON"),
        (b'{"body": "tea"}', "`text` must be a string"),
        (b'{"text": 7}', "`text` must be a string"),
    ],
)
def test_wrong_crawl_line_is_named(line: bytes, problem: str, tmp_path: Path) -> None:
    """A line that is no post is refused with its file and line."""
    path = tmp_path / "crawl.jsonl"
    path.write_bytes(b'{"text": "tea"}\n' + line + b"\n")
    with pytest.raises(InputError, match=rf"crawl\.jsonl:2: {problem}"):
        read_crawl(path)


def test_truncated_crawl_is_named(tmp_path: Path) -> None:
    """A cut gzip file and one that is none are refused by name."""
    path = tmp_path / "crawl.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "tea"}\n' * 1_000)[:-12])
    with pytest.raises(InputError, match=r"crawl\.jsonl\.gz.*cannot be read"):
        read_crawl(path)
    path.write_bytes(b'{"text": "tea"}')
    with pytest.raises(InputError, match=r"crawl\.jsonl\.gz.*cannot be read"):
        read_crawl(path)
