"""Who may do what: people, roles, passwords, sessions and API keys."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from model.errors import Conflict, Forbidden, InputError, NotFound, Unauthenticated
from service.clock import Clock, now_utc
from service.credentials import (
    check_name,
    check_password,
    digest,
    hash_password,
    name_key,
    new_secret,
    verify_password,
)
from service.records import Key, Principal, Role, Session, User
from service.scopes import PERSONAL, check_role, check_scopes, principal_of, principal_of_key
from service.settings import Settings
from service.store import accounts as store
from service.store.database import read, write
from service.throttle import charge, pardon, subjects_of

KEY_PREFIX = "bw_"
_SHOWN = len(KEY_PREFIX) + 6


class Accounts:
    """The use cases of access; passwords are argon2, tokens and keys are kept as sha256 only.

    Raises InputError for a field that cannot be used, NotFound for an unknown name, Conflict for a name that
    is taken, StoreUnavailable when the database cannot answer.
    """

    def __init__(self, engine: Engine, settings: Settings, clock: Clock = now_utc) -> None:
        self._engine = engine
        self._session_time = timedelta(hours=settings.session_hours)
        self._clock = clock

    def setup_link_token(self) -> str | None:
        """Make the one-time token for the first admin; None once there is a user. It voids earlier ones."""
        token = new_secret()
        with write(self._engine) as connection:
            if store.any_user(connection):
                return None
            store.replace_setup_token(connection, digest(token))
        return token

    def create_first_admin(self, token: str, name: str, password: str) -> User:
        """Create the first admin; raises Forbidden for a used or wrong token."""
        used = Forbidden("this set-up link was used or replaced; `breakwater serve` prints a new one")
        # Hashing is slow on purpose and strangers may send this form, so the token is looked at first.
        with read(self._engine) as connection:
            if not store.knows_setup_token(connection, digest(token)):
                raise used
        fields = self._new_user(name, Role.ADMIN, password)
        with write(self._engine) as connection:
            if not store.use_setup_token(connection, digest(token)) or store.any_user(connection):
                raise used
            return store.add_user(connection, **fields)

    def create_user(self, name: str, role: Role | str, password: str) -> User:
        """Create a user."""
        fields = self._new_user(name, check_role(role), password)
        try:
            with write(self._engine) as connection:
                return store.add_user(connection, **fields)
        except IntegrityError:
            raise Conflict(f"the name {fields['name']!r} is taken") from None

    def users(self) -> list[User]:
        """List all users by name."""
        with read(self._engine) as connection:
            return store.all_users(connection)

    def set_role(self, name: str, role: Role | str) -> User:
        """Change a user's role at once, for open sessions too; the last admin must stay one."""
        new = check_role(role)
        with write(self._engine) as connection:
            user = self._changeable(connection, name, keeps_admin=new is Role.ADMIN)
            return store.change_user(connection, user.id, role=new.value)

    def set_password(self, name: str, password: str) -> None:
        """Change a user's password and end their sessions."""
        hashed = hash_password(check_password(password))
        with write(self._engine) as connection:
            user = _named(connection, name)
            store.change_user(connection, user.id, password=hashed)
            store.drop_sessions_of(connection, user.id)

    def deactivate(self, name: str) -> User:
        """Shut a user out at once, with their sessions and keys; the last admin must stay."""
        with write(self._engine) as connection:
            user = self._changeable(connection, name, keeps_admin=False)
            store.drop_sessions_of(connection, user.id)
            return store.change_user(connection, user.id, active=False)

    def sign_in(self, name: str, password: str, client: str) -> tuple[User, str]:
        """Check a password and return the user and a session token.

        Raises Unauthenticated for a wrong name or password, TooManyAttempts while one must wait.
        """
        key = name_key(name)
        subjects = subjects_of(key, client)
        with write(self._engine) as connection:
            charge(connection, subjects, self._clock())
            found = store.user_named(connection, key)
        user, hashed = found or (None, None)
        # Hashing is slow on purpose, so no transaction waits for it.
        if not verify_password(password, hashed) or user is None or not user.active:
            raise Unauthenticated("the name or the password is wrong")
        with write(self._engine) as connection:
            pardon(connection, subjects)
            return user, self._begin_session(connection, user)

    def session(self, token: str) -> Session:
        """Find a live session; raises Unauthenticated."""
        with read(self._engine) as connection:
            found = store.find_session(connection, digest(token), self._clock())
        if found is None:
            raise Unauthenticated("the session has ended; sign in again")
        user, csrf = found
        return Session(user, principal_of(user), csrf)

    def sign_out(self, token: str) -> None:
        """End a session, if it has not ended."""
        with write(self._engine) as connection:
            store.drop_session(connection, digest(token))

    def create_key(self, name: str, scopes: Iterable[str], user: str | None = None) -> str:
        """Create an API key, for itself or for a user, and return its secret, which is shown this once.

        Raises InputError for a key that reviews and is nobody's: a decision is a person's.
        """
        wanted = check_scopes(scopes)
        if user is None and (personal := sorted(wanted & PERSONAL)):
            raise InputError(f"a key with the scope {personal[0]!r} must be someone's; say whose (--user)")
        secret = KEY_PREFIX + new_secret()
        fields = {
            "name": check_name(name),
            "digest": digest(secret),
            "prefix": secret[:_SHOWN],
            "scopes": sorted(wanted),
            "created_at": self._clock(),
        }
        try:
            with write(self._engine) as connection:
                owner = _named(connection, user).id if user is not None else None
                store.add_key(connection, **fields, user_id=owner)
        except IntegrityError:
            raise Conflict(f"there is, or was, a key named {fields['name']!r}; choose another name") from None
        return secret

    def keys(self) -> list[Key]:
        """List all keys, revoked ones included."""
        with read(self._engine) as connection:
            return store.all_keys(connection)

    def principal_for_key(self, secret: str) -> Principal:
        """Find who a key stands for; raises Unauthenticated."""
        with read(self._engine) as connection:
            found = store.find_key(connection, digest(secret))
        if found is None:
            raise Unauthenticated("this API key is not known")
        key, user = found
        if key.revoked_at is not None or (user is not None and not user.active):
            raise Unauthenticated(f"the API key {key.name!r} was revoked")
        return principal_of_key(key, user)

    def revoke_key(self, name: str) -> Key:
        """Revoke a key at once."""
        with write(self._engine) as connection:
            key = store.revoke_key(connection, check_name(name), self._clock())
        if key is None:
            raise NotFound(f"there is no key named {name!r}")
        return key

    def _new_user(self, name: str, role: Role, password: str) -> dict[str, object]:
        tidy = check_name(name)
        return {
            "name": tidy,
            "name_key": name_key(tidy),
            "role": role.value,
            "password": hash_password(check_password(password)),
            "created_at": self._clock(),
        }

    def _changeable(self, connection: Connection, name: str, *, keeps_admin: bool) -> User:
        admins = store.lock_admins(connection)
        user = _named(connection, name)
        if admins == [user.id] and not keeps_admin:
            raise Conflict(f"{user.name} is the only admin; make someone else admin first")
        return user

    def _begin_session(self, connection: Connection, user: User) -> str:
        token, now = new_secret(), self._clock()
        store.drop_expired_sessions(connection, now)
        store.add_session(
            connection,
            digest=digest(token),
            user_id=user.id,
            csrf=new_secret(),
            expires_at=now + self._session_time,
        )
        return token


def _named(connection: Connection, name: str) -> User:
    found = store.user_named(connection, name_key(name))
    if found is None:
        raise NotFound(f"there is no user named {name!r}")
    return found[0]
