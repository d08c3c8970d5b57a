"""Who may do what: people, roles, passwords, sessions and API keys."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Engine

from service.records import Key, Principal, Role, Session, User
from service.settings import Settings


class Accounts:
    """The use cases of access; passwords are argon2, tokens and keys are kept as sha256 only."""

    def __init__(self, engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None: ...

    def setup_link_token(self) -> str | None:
        """Make the one-time token for the first admin; None once there is a user. It voids earlier ones."""
        raise NotImplementedError

    def create_first_admin(self, token: str, name: str, password: str) -> User:
        """Create the first admin; raises Forbidden for a used or wrong token, InputError for a bad field."""
        raise NotImplementedError

    def create_user(self, name: str, role: Role | str, password: str) -> User:
        """Create a user; raises Conflict if the name is taken."""
        raise NotImplementedError

    def users(self) -> list[User]:
        """List all users by name."""
        raise NotImplementedError

    def set_role(self, name: str, role: Role | str) -> User:
        """Change a user's role at once, for open sessions too; the last admin stays one (Conflict)."""
        raise NotImplementedError

    def set_password(self, name: str, password: str) -> None:
        """Change a user's password and end their sessions."""
        raise NotImplementedError

    def deactivate(self, name: str) -> User:
        """Shut a user out at once: sessions and keys end."""
        raise NotImplementedError

    def sign_in(self, name: str, password: str, client: str) -> tuple[User, str]:
        """Check a password and return the user and a session token.

        Raises Unauthenticated for a wrong name or password, TooManyAttempts when throttled.
        """
        raise NotImplementedError

    def session(self, token: str) -> Session:
        """Find a live session; raises Unauthenticated."""
        raise NotImplementedError

    def sign_out(self, token: str) -> None:
        """End a session."""
        raise NotImplementedError

    def create_key(self, name: str, scopes: Iterable[str], user: str | None = None) -> str:
        """Create an API key and return its secret, which is shown this once."""
        raise NotImplementedError

    def keys(self) -> list[Key]:
        """List all keys, revoked ones included."""
        raise NotImplementedError

    def principal_for_key(self, secret: str) -> Principal:
        """Find who a key stands for; raises Unauthenticated."""
        raise NotImplementedError

    def revoke_key(self, name: str) -> Key:
        """Revoke a key at once."""
        raise NotImplementedError
