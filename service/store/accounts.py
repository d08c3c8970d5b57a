"""Queries of users, sessions, keys and sign-in attempts, within the caller's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update

from service.records import Key, Role, User
from service.store.database import inserting
from service.store.schema import attempts, keys, sessions, setup_tokens, users


@dataclass(frozen=True, slots=True)
class Tries:
    """Sign-ins tried without success by one account or from one address."""

    count: int
    last_at: datetime


def any_user(connection: Connection) -> bool:
    """Whether anyone has an account."""
    return bool(connection.scalar(select(exists(select(users.c.id)))))


def add_user(connection: Connection, **fields: Any) -> User:
    """Add a user."""
    return _user(connection.execute(insert(users).values(**fields).returning(*users.c)).one())


def user_named(connection: Connection, name_key: str) -> tuple[User, str] | None:
    """Find a user and their password's hash."""
    row = connection.execute(select(users).where(users.c.name_key == name_key)).one_or_none()
    return (_user(row), row.password) if row else None


def all_users(connection: Connection) -> list[User]:
    """List users by name."""
    return [_user(row) for row in connection.execute(select(users).order_by(users.c.name_key))]


def lock_admins(connection: Connection) -> list[int]:
    """Lock the active admins, so that two of them cannot remove each other at once."""
    admins = select(users.c.id).where(users.c.role == Role.ADMIN.value, users.c.active)
    return list(connection.scalars(admins.order_by(users.c.id).with_for_update()))


def change_user(connection: Connection, user_id: int, **changes: Any) -> User:
    """Change a user."""
    query = update(users).where(users.c.id == user_id).values(**changes).returning(*users.c)
    return _user(connection.execute(query).one())


def replace_setup_token(connection: Connection, digest: str) -> None:
    """Make one token the only valid one."""
    connection.execute(delete(setup_tokens))
    connection.execute(insert(setup_tokens).values(digest=digest))


def knows_setup_token(connection: Connection, digest: str) -> bool:
    """Whether a token is the valid one."""
    known = select(setup_tokens.c.digest).where(setup_tokens.c.digest == digest)
    return connection.execute(known).first() is not None


def use_setup_token(connection: Connection, digest: str) -> bool:
    """Take a token out; whoever is second finds it gone."""
    return connection.execute(delete(setup_tokens).where(setup_tokens.c.digest == digest)).rowcount == 1


def add_session(connection: Connection, **fields: Any) -> None:
    """Begin a session."""
    connection.execute(insert(sessions).values(**fields))


def drop_expired_sessions(connection: Connection, now: datetime) -> None:
    """Forget sessions that ended by themselves."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))


def find_session(connection: Connection, digest: str, now: datetime) -> tuple[User, str] | None:
    """Find the active user of a live session, and its form token."""
    joined = select(users, sessions.c.csrf).join(sessions, sessions.c.user_id == users.c.id)
    live = (sessions.c.digest == digest, sessions.c.expires_at > now, users.c.active)
    row = connection.execute(joined.where(*live)).one_or_none()
    return (_user(row), row.csrf) if row else None


def drop_session(connection: Connection, digest: str) -> None:
    """End a session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def drop_sessions_of(connection: Connection, user_id: int) -> None:
    """End all sessions of a user."""
    connection.execute(delete(sessions).where(sessions.c.user_id == user_id))


def add_key(connection: Connection, **fields: Any) -> None:
    """Add an API key."""
    connection.execute(insert(keys).values(**fields))


def find_key(connection: Connection, digest: str) -> tuple[Key, User | None] | None:
    """Find a key by its secret's digest, and the user it stands for."""
    row = connection.execute(_keys().where(keys.c.digest == digest)).one_or_none()
    if row is None:
        return None
    owner = select(users).where(users.c.id == row.user_id)
    user = connection.execute(owner).one_or_none() if row.user_id is not None else None
    return _key(row), _user(user) if user else None


def all_keys(connection: Connection) -> list[Key]:
    """List keys by name."""
    return [_key(row) for row in connection.execute(_keys().order_by(keys.c.name))]


def revoke_key(connection: Connection, name: str, now: datetime) -> Key | None:
    """Revoke a key; one that was revoked before keeps its time."""
    revoked_at = func.coalesce(keys.c.revoked_at, now, type_=keys.c.revoked_at.type)
    connection.execute(update(keys).where(keys.c.name == name).values(revoked_at=revoked_at))
    row = connection.execute(_keys().where(keys.c.name == name)).one_or_none()
    return _key(row) if row else None


def lock_tries(connection: Connection, subjects: Iterable[str], now: datetime) -> dict[str, Tries]:
    """Lock and read how often subjects tried in vain, in the order given."""
    # An update that changes nothing locks the row, whether it was there before or not.
    same = {"tries": attempts.c.tries}
    found = {}
    for subject in subjects:
        row = inserting(connection, attempts).values(subject=subject, tries=0, last_at=now)
        locked = row.on_conflict_do_update(index_elements=["subject"], set_=same)
        kept = connection.execute(locked.returning(attempts.c.tries, attempts.c.last_at)).one()
        found[subject] = Tries(kept.tries, kept.last_at)
    return found


def count_tries(connection: Connection, subjects: Iterable[str], now: datetime) -> None:
    """Count one more try for each subject."""
    more = update(attempts).where(attempts.c.subject.in_(list(subjects)))
    connection.execute(more.values(tries=attempts.c.tries + 1, last_at=now))


def take_back_try(connection: Connection, subject: str) -> None:
    """Count one try less for a subject."""
    counted = update(attempts).where(attempts.c.subject == subject, attempts.c.tries > 0)
    connection.execute(counted.values(tries=attempts.c.tries - 1))


def forget_tries(connection: Connection, subject: str) -> None:
    """Start a subject's count anew."""
    connection.execute(delete(attempts).where(attempts.c.subject == subject))


def forget_tries_before(connection: Connection, moment: datetime) -> None:
    """Forget what was tried long ago."""
    connection.execute(delete(attempts).where(attempts.c.last_at < moment))


def _keys() -> Any:
    return select(keys, users.c.name.label("user_name")).outerjoin(users, users.c.id == keys.c.user_id)


def _user(row: Row[Any]) -> User:
    return User(row.id, row.name, Role(row.role), row.active, row.created_at)


def _key(row: Row[Any]) -> Key:
    return Key(
        row.id,
        row.name,
        row.prefix,
        frozenset(row.scopes),
        row.user_name,
        row.created_at,
        row.revoked_at,
    )
