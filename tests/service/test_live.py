"""The release in use."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from model.artifact import Release, Releases
from model.errors import ArtifactError, NotFound
from service.live import LiveRelease


class Shelf(Releases):
    """Releases by name only; loading a name with `bad` in it fails."""

    def __init__(self, *history: str) -> None:
        super().__init__(Path("nowhere"))
        self.served = list(history)
        self.looked = 0

    def current(self) -> str | None:
        """Name the release at the end."""
        self.looked += 1
        return self.served[-1] if self.served else None

    def load(self, version: str | None = None) -> Release:
        """Make up the release."""
        version = version or self.current()
        if version is None:
            raise NotFound("no release yet")
        if "bad" in version:
            raise ArtifactError(f"{version} was altered")
        made_up: Any = None
        return Release(version, {}, (), made_up, Path(version))


class Ticks:
    """A clock in seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        """Tell the seconds."""
        return self.now


@pytest.fixture(name="ticks")
def _ticks() -> Ticks:
    return Ticks()


def test_a_new_release_is_taken_up_within_a_second(ticks: Ticks) -> None:
    """The pointer is read again after a second, not before."""
    shelf = Shelf("one")
    live = LiveRelease(shelf, ticks)
    assert live.get().version == "one"
    shelf.served.append("two")
    ticks.now += 0.9
    assert live.get().version == "one"
    ticks.now += 0.1
    assert live.get().version == "two"


def test_the_pointer_is_read_at_most_once_a_second(ticks: Ticks) -> None:
    """A thousand requests in one second look once."""
    shelf = Shelf("one")
    live = LiveRelease(shelf, ticks)
    live.get()
    ticks.now += 5
    shelf.looked = 0
    for _ in range(1_000):
        live.get()
    assert shelf.looked == 1


def test_a_bad_release_leaves_the_old_one(ticks: Ticks) -> None:
    """A release that does not load is recorded, and taken up once it is repaired."""
    shelf = Shelf("one")
    live = LiveRelease(shelf, ticks)
    live.get()
    shelf.served.append("bad")
    ticks.now += 1
    assert live.get().version == "one"
    assert live.error == "still serving one: bad was altered"
    shelf.served[-1] = "good"
    ticks.now += 10
    assert (live.get().version, live.error) == ("good", None)


@pytest.mark.parametrize("history", [(), ("bad",)])
def test_without_a_usable_release_it_says_so(history: tuple[str, ...], ticks: Ticks) -> None:
    """Before the first release, or with a broken first one, asking raises; later it works."""
    shelf = Shelf(*history)
    live = LiveRelease(shelf, ticks)
    with pytest.raises(ArtifactError):
        live.get()
    shelf.served.append("one")
    assert live.get().version == "one"


def test_no_request_is_dropped_while_releases_change(own_releases: Releases) -> None:
    """Threads that score while the pointer moves all get a real release."""
    live = LiveRelease(own_releases)
    version = own_releases.current()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: live.get().scorer.score("two places left").release, range(40)))
    assert set(found) == {version}
