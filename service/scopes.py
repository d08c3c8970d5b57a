"""What each role may do, and what an API key may be allowed."""

from collections.abc import Iterable, Mapping

from model.errors import InputError
from service.records import Key, Principal, Role, User

SCOPES = frozenset(
    {"read", "score", "posts", "review", "escalated", "export", "retrain", "releases", "admin"}
)
#: What only a person may do, through a key of theirs.
PERSONAL = frozenset({"review", "escalated"})
_MODERATOR = frozenset({"read", "score", "posts", "review"})
OF_ROLE: Mapping[Role, frozenset[str]] = {
    Role.ADMIN: SCOPES,
    Role.LEAD: _MODERATOR | {"escalated", "export"},
    Role.MODERATOR: _MODERATOR,
    Role.ANALYST: frozenset({"read", "score", "posts", "export"}),
    Role.AUDITOR: frozenset({"read"}),
}


def check_role(role: str) -> Role:
    """Read a role; raises InputError naming those there are."""
    try:
        return Role(role)
    except ValueError:
        raise InputError(f"role: {role!r} is none of {', '.join(Role)}") from None


def check_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Read the scopes of a key; raises InputError naming those there are."""
    wanted = frozenset(scopes)
    unknown = sorted(wanted - SCOPES)
    if unknown or not wanted:
        wrong = f"{', '.join(map(repr, unknown))}: no such scope" if unknown else "a key needs at least one"
        raise InputError(f"scopes: {wrong}; choose among {', '.join(sorted(SCOPES))}")
    return wanted


def principal_of(user: User) -> Principal:
    """Say who a signed-in user is to the rest of the service."""
    return Principal(user.name, user.id, user.role, OF_ROLE[user.role])


def principal_of_key(key: Key, user: User | None) -> Principal:
    """Say who a key stands for: itself, or its user, within what that user's role allows."""
    if user is None:
        return Principal(key.name, None, None, key.scopes)
    return Principal(user.name, user.id, user.role, key.scopes & OF_ROLE[user.role])
