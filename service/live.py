"""Serve the current release, and take up a new one without dropping a request."""

import logging
import threading
import time
from collections.abc import Callable

from model.artifact import Release, Releases
from model.errors import ArtifactError, BreakwaterError, NotFound

_CHECK_SECONDS = 1.0
# A release that does not load is verified again, file by file, so it is not tried at every check.
_RETRY_SECONDS = 10.0
_log = logging.getLogger(__name__)


class LiveRelease:
    """The release in use; a new one that cannot be loaded leaves the old one and is recorded in `error`."""

    def __init__(self, releases: Releases, clock: Callable[[], float] = time.monotonic) -> None:
        self.releases = releases
        self._clock = clock
        self._lock = threading.Lock()
        self._release: Release | None = None
        self._next_check = 0.0
        self.error: str | None = None

    def get(self) -> Release:
        """Return the release to score with, looking for a newer one at most once a second.

        Raises ArtifactError before the first release, or if the first one cannot be loaded.
        """
        release = self._release
        if release is None:
            with self._lock:
                return self._release or self._load_first()
        if self._clock() >= self._next_check and self._lock.acquire(blocking=False):
            # Whoever else asks meanwhile is served with the old release and does not wait.
            try:
                self._refresh(release)
            finally:
                self._lock.release()
        return self._release or release

    def _load_first(self) -> Release:
        try:
            release = self.releases.load()
        except NotFound as error:
            # Whoever asked did not ask for a release: the service is not ready yet.
            raise ArtifactError(str(error)) from error
        self._next_check = self._clock() + _CHECK_SECONDS
        self._release, self.error = release, None
        return release

    def _refresh(self, served: Release) -> None:
        wait = _CHECK_SECONDS
        try:
            version = self.releases.current()
            if version and version != served.version:
                self._release = self.releases.load(version)
                _log.info("now serving release %s", version)
            self.error = None
        except (BreakwaterError, OSError) as error:
            wait = _RETRY_SECONDS
            self.error = f"still serving {served.version}: {error}"
            _log.warning("%s", self.error)
        self._next_check = self._clock() + wait
