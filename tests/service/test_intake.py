"""Scored posts enter the queue: the right ones, once, before anybody is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from model.artifact import Release, Releases
from model.errors import ArtifactError, InvalidPost, StoreUnavailable
from model.records import Post
from service.accounts import Accounts
from service.intake import enqueue, take_in
from service.live import LiveRelease
from service.metrics import new_metrics
from service.records import QueueFilter
from service.services import Services
from service.settings import Settings
from service.triage import Triage

ADVERT = Post(
    "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"
)
HARMLESS = Post(
    "Grandmother baked two loaves this morning and the whole kitchen smells of cinnamon and butter"
)
ANY = QueueFilter()


@pytest.fixture(name="build")
def _build(settings: Settings, release_root: Path) -> Callable[..., Services]:
    """Put the parts together over an engine and a folder of releases."""

    def build(engine: Engine, root: Path = release_root) -> Services:
        triage, accounts = Triage(engine, settings), Accounts(engine, settings)
        live = LiveRelease(Releases(root))
        return Services(settings, engine, triage, accounts, live, new_metrics())

    return build


@pytest.fixture(name="parts")
def _parts(build: Callable[..., Services], engine: Engine) -> Services:
    return build(engine)


def _counted(parts: Services, name: str, **labels: str) -> float:
    return parts.metrics.registry.get_sample_value(name, labels) or 0.0


def test_only_what_should_be_seen_is_routed(parts: Services) -> None:
    """Each post has its score in its place; only those of the review band and above become cases."""
    taken = take_in(parts, [HARMLESS, ADVERT, HARMLESS])
    assert [entry.routed is not None for entry in taken] == [False, True, False]
    assert [entry.score.band for entry in taken] == ["low", "high", "low"]
    assert [case.post for case in parts.triage.queue(ANY)] == [ADVERT]


def test_case_keeps_the_score_that_was_answered(parts: Services, release: Release) -> None:
    """The queue holds the same score, to the last bit, with the release's own explanation."""
    taken = take_in(parts, [ADVERT])[0]
    case = parts.triage.queue(ANY)[0]
    assert case.score == taken.score == release.scorer.score(ADVERT.text)
    assert case.explanation == release.scorer.explain(ADVERT.text)


def test_post_taken_in_twice_is_one_case(parts: Services) -> None:
    """Again in the same call, or later, is the same case, and only the first made it."""
    taken = [*take_in(parts, [ADVERT, ADVERT]), *take_in(parts, [ADVERT])]
    assert [entry.routed.created for entry in taken if entry.routed] == [True, False, False]
    assert len({entry.routed.case_id for entry in taken if entry.routed}) == 1
    assert _counted(parts, "breakwater_routed_total") == 1


def test_post_taken_in_at_once_is_one_case(parts: Services) -> None:
    """Threads that take in one post at the same time make one case."""
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda _: take_in(parts, [ADVERT])[0].routed, range(6)))
    assert sum(routed.created for routed in taken if routed) == 1
    assert len(parts.triage.queue(ANY)) == 1


def test_counts_add_up(parts: Services) -> None:
    """Every scored post is counted once, under its band."""
    take_in(parts, [ADVERT, HARMLESS, HARMLESS])
    counts = [_counted(parts, "breakwater_scored_total", band=band) for band in ("high", "low")]
    assert counts == [1, 2]


def test_nothing_to_take_in(parts: Services) -> None:
    """No posts are no work and no error."""
    assert take_in(parts, []) == []
    assert enqueue(parts, []) == []


def test_one_invalid_post_keeps_all_out(parts: Services) -> None:
    """Callers check texts first; one that they missed routes nothing."""
    with pytest.raises(InvalidPost, match="text is empty"):
        take_in(parts, [ADVERT, Post(" ")])
    assert parts.triage.queue(ANY) == []


def test_nothing_is_counted_that_was_not_kept(build: Callable[..., Services], sqlite_engine: Engine) -> None:
    """If the queue cannot be written, the caller hears it and the metrics say nothing was done."""
    parts = build(sqlite_engine)
    other = sqlite_engine.execution_options(breakwater_write=True)
    with other.begin(), pytest.raises(StoreUnavailable, match="locked"):
        take_in(parts, [ADVERT])
    assert _counted(parts, "breakwater_scored_total", band="high") == 0
    assert parts.triage.queue(ANY) == []


def test_no_release_takes_nothing_in(
    build: Callable[..., Services], sqlite_engine: Engine, tmp_path: Path
) -> None:
    """Before the first release there is nothing to score with, and the message says what to do."""
    with pytest.raises(ArtifactError, match="run `breakwater train`"):
        take_in(build(sqlite_engine, tmp_path), [ADVERT])
