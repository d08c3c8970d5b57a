"""Every error the project raises on purpose.

BreakwaterError
├── InvalidPost          a post that cannot be read or scored: no text, too long, wrong type
├── InvalidExample       a labelled example that breaks the data's rules (names file and line)
├── InvalidQuery         a threshold query that does not follow the grammar
├── ArtifactError        a release that is missing, corrupt or tampered with
├── InputError           a file or setting that cannot be read or used (names it)
├── StoreUnavailable     the queue's database is locked, read-only or gone
├── NotFound             no such case, release, job or user
├── Conflict             a stale or lost claim, or a state that forbids the action
├── Unauthenticated      no valid key or session
├── Forbidden            a valid key or session that lacks the scope
└── TooManyAttempts      throttled; `retry_after` says for how long

They know nothing of HTTP or exit codes: `service.api.problems` and `service.cli` map them.
"""


class BreakwaterError(Exception):
    """Base of every error raised on purpose; its message is fit to show a user."""


class InvalidPost(BreakwaterError):
    """A post that cannot be read or scored."""


class InvalidExample(BreakwaterError):
    """A labelled example that breaks the data's rules."""


class InvalidQuery(BreakwaterError):
    """A threshold query that does not follow the grammar."""


class ArtifactError(BreakwaterError):
    """A release that is missing, corrupt or tampered with."""


class InputError(BreakwaterError):
    """A file or setting that cannot be read or used."""


class StoreUnavailable(BreakwaterError):
    """The queue's database is locked, read-only or gone; trying again later may work."""


class NotFound(BreakwaterError):
    """No such case, release, job or user."""


class Conflict(BreakwaterError):
    """A stale or lost claim, or a state that forbids the action."""


class Unauthenticated(BreakwaterError):
    """No valid key or session was given."""


class Forbidden(BreakwaterError):
    """The key or session is valid but lacks the scope."""


class TooManyAttempts(BreakwaterError):
    """Too many attempts; try again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
