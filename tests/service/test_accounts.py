"""People, sessions and keys, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from model.errors import Conflict, Forbidden, InputError, NotFound, TooManyAttempts, Unauthenticated
from service.accounts import Accounts
from service.records import Role
from service.scopes import OF_ROLE, PERSONAL, SCOPES
from service.store.database import read

PASSWORD = "correct horse battery"
HERE = "192.0.2.1"


def _everything_stored(engine: Engine) -> str:
    with read(engine) as connection:
        tables = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        return repr([connection.execute(text(f"SELECT * FROM {name}")).all() for name in tables])  # noqa: S608


def _moderator(accounts: Accounts, name: str = "Ann") -> str:
    accounts.create_user(name, Role.MODERATOR, PASSWORD)
    return accounts.sign_in(name, PASSWORD, HERE)[1]


def test_first_admin_link_works_once(accounts: Accounts) -> None:
    """The link makes one admin; then it is used, and no other link is made."""
    token = accounts.setup_link_token()
    assert token is not None
    user = accounts.create_first_admin(token, "Ada", PASSWORD)
    assert (user.name, user.role, user.active) == ("Ada", Role.ADMIN, True)
    with pytest.raises(Forbidden, match="link"):
        accounts.create_first_admin(token, "Eve", PASSWORD)
    assert accounts.setup_link_token() is None


def test_newer_link_voids_the_older(accounts: Accounts) -> None:
    """Only the link printed last works; a wrong one never does."""
    old, new = accounts.setup_link_token(), accounts.setup_link_token()
    for token in (str(old), "", "\x00\ud800"):
        with pytest.raises(Forbidden):
            accounts.create_first_admin(token, "Eve", PASSWORD)
    assert accounts.create_first_admin(str(new), "Ada", PASSWORD).name == "Ada"


def test_without_the_link_nothing_else_is_looked_at(accounts: Accounts) -> None:
    """A stranger is refused before their name is checked or their password hashed."""
    accounts.setup_link_token()
    with pytest.raises(Forbidden, match="link"):
        accounts.create_first_admin("guessed", "", "short")


def test_weak_password_does_not_use_the_link_up(accounts: Accounts) -> None:
    """A form that is refused can be sent again."""
    token = str(accounts.setup_link_token())
    for name, password in (("Ada", "short"), ("", PASSWORD), ("a\x00b", PASSWORD), ("Ada", "\ud800" * 12)):
        with pytest.raises(InputError):
            accounts.create_first_admin(token, name, password)
    accounts.create_first_admin(token, "Ada", PASSWORD)


def test_link_used_at_once_makes_one_admin(accounts: Accounts) -> None:
    """Two who follow the link at the same moment do not both become admin."""
    token = str(accounts.setup_link_token())

    def follow(name: str) -> bool:
        try:
            return bool(accounts.create_first_admin(token, name, PASSWORD))
        except Forbidden:
            return False

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(follow, ["a", "b", "c"])) == len(accounts.users()) == 1


def test_sign_in_gives_a_session(accounts: Accounts) -> None:
    """The session knows who it is, what they may do, and its form token; signing out ends it."""
    token = _moderator(accounts)
    session = accounts.session(token)
    assert (session.user.name, session.principal.name, session.principal.role) == (
        "Ann",
        "Ann",
        Role.MODERATOR,
    )
    assert session.principal.scopes == OF_ROLE[Role.MODERATOR]
    assert len(session.csrf) > 20
    accounts.sign_out(token)
    accounts.sign_out(token)
    with pytest.raises(Unauthenticated):
        accounts.session(token)


def test_names_ignore_case_and_width(accounts: Accounts) -> None:
    """One signs in however one writes the name, and no one can take a name that looks the same."""
    _moderator(accounts, "Ann Lee")
    assert accounts.sign_in(" ann  LEE ", PASSWORD, HERE)[0].name == "Ann Lee"
    with pytest.raises(Conflict, match="taken"):
        accounts.create_user("ＡNN lee", Role.LEAD, PASSWORD)


@pytest.mark.parametrize(
    ("name", "password"), [("Ann", "wrong password"), ("Bob", PASSWORD), ("Ann", "\ud800\x00")]
)
def test_wrong_sign_in_says_the_same(accounts: Accounts, name: str, password: str) -> None:
    """A wrong name and a wrong password cannot be told apart."""
    _moderator(accounts)
    with pytest.raises(Unauthenticated, match="the name or the password is wrong"):
        accounts.sign_in(name, password, HERE)


def test_guessing_is_throttled_by_account(accounts: Accounts, clock: Any) -> None:
    """After five wrong passwords even the right one must wait, from any address; then it works."""
    _moderator(accounts)
    for number in range(5):
        with pytest.raises(Unauthenticated):
            accounts.sign_in("Ann", "wrong password", f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts) as caught:
        accounts.sign_in("Ann", PASSWORD, "192.0.2.9")
    clock.advance(caught.value.retry_after)
    assert accounts.sign_in("Ann", PASSWORD, "192.0.2.9")[0].name == "Ann"


def test_guesses_at_once_are_all_counted(accounts: Accounts) -> None:
    """Sending guesses side by side does not get more of them through."""
    _moderator(accounts)

    def guess(_: int) -> type[Exception]:
        with pytest.raises((Unauthenticated, TooManyAttempts)) as caught:
            accounts.sign_in("Ann", "wrong password", HERE)
        return caught.type

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(guess, range(10))).count(Unauthenticated) == 5


def test_session_ends_by_itself(accounts: Accounts, clock: Any) -> None:
    """After the session's hours one must sign in again."""
    token = _moderator(accounts)
    clock.advance(12 * 3600)
    with pytest.raises(Unauthenticated, match="sign in again"):
        accounts.session(token)


def test_new_role_counts_at_once(accounts: Accounts) -> None:
    """An open session has the new role's scopes on its next request."""
    token = _moderator(accounts)
    accounts.set_role("ann", "lead")
    assert accounts.session(token).principal.scopes == OF_ROLE[Role.LEAD]
    with pytest.raises(InputError, match="'king'"):
        accounts.set_role("ann", "king")
    with pytest.raises(NotFound, match="'bob'"):
        accounts.set_role("bob", "lead")


def test_deactivated_user_is_out_at_once(accounts: Accounts) -> None:
    """Sessions, keys and sign-in of a deactivated user all end."""
    token = _moderator(accounts)
    secret = accounts.create_key("crawler", ["score"], user="Ann")
    assert accounts.deactivate("Ann").active is False
    for use in (
        lambda: accounts.session(token),
        lambda: accounts.principal_for_key(secret),
        lambda: accounts.sign_in("Ann", PASSWORD, HERE),
    ):
        with pytest.raises(Unauthenticated):
            use()


def test_new_password_ends_sessions(accounts: Accounts) -> None:
    """After a change only the new password and new sessions work."""
    token = _moderator(accounts)
    accounts.set_password("Ann", PASSWORD + "!")
    with pytest.raises(Unauthenticated):
        accounts.session(token)
    assert accounts.sign_in("Ann", PASSWORD + "!", HERE)


def test_the_last_admin_stays(accounts: Accounts) -> None:
    """Nobody locks everyone out: the only admin can neither step down nor be shut out."""
    accounts.create_user("Ada", Role.ADMIN, PASSWORD)
    for use in (lambda: accounts.set_role("Ada", "lead"), lambda: accounts.deactivate("Ada")):
        with pytest.raises(Conflict, match="only admin"):
            use()
    accounts.create_user("Bea", Role.ADMIN, PASSWORD)
    assert accounts.set_role("Ada", "lead").role is Role.LEAD


def test_key_stands_for_itself(accounts: Accounts, clock: Any) -> None:
    """A key has its own name and scopes until it is revoked."""
    secret = accounts.create_key("crawler", ["score", "posts"])
    principal = accounts.principal_for_key(secret)
    assert (principal.name, principal.user_id, principal.role) == ("crawler", None, None)
    assert principal.scopes == {"score", "posts"}
    assert accounts.revoke_key("crawler").revoked_at == clock()
    with pytest.raises(Unauthenticated, match="'crawler' was revoked"):
        accounts.principal_for_key(secret)


def test_key_of_a_user_is_bounded_by_the_role(accounts: Accounts) -> None:
    """A key never allows more than its user's role does now."""
    _moderator(accounts)
    secret = accounts.create_key("ann's script", ["review", "admin"], user="Ann")
    principal = accounts.principal_for_key(secret)
    assert (principal.name, principal.scopes) == ("Ann", {"review"})
    accounts.set_role("Ann", "auditor")
    assert accounts.principal_for_key(secret).scopes == set()


@pytest.mark.parametrize("scope", sorted(PERSONAL))
def test_a_key_that_reviews_is_somebodys(accounts: Accounts, scope: str) -> None:
    """A decision is a person's, so is the key it is taken with."""
    with pytest.raises(InputError, match="must be someone's"):
        accounts.create_key("robot", ["score", scope])


def test_wrong_keys_are_refused(accounts: Accounts) -> None:
    """Unknown secrets, scopes, users and doubled names each say what is wrong."""
    for secret in ("", "bw_unknown", "\x00\ud800"):
        with pytest.raises(Unauthenticated):
            accounts.principal_for_key(secret)
    for scopes in ([], ["score", "fly"]):
        with pytest.raises(InputError, match="choose among"):
            accounts.create_key("a", scopes)
    with pytest.raises(NotFound):
        accounts.create_key("a", ["score"], user="nobody")
    accounts.create_key("a", ["score"])
    with pytest.raises(Conflict, match="'a'"):
        accounts.create_key("a", ["score"])


def test_keys_are_listed_without_their_secrets(accounts: Accounts) -> None:
    """The list shows names, owners and the first letters only."""
    _moderator(accounts)
    secret = accounts.create_key("b", ["score"], user="Ann")
    accounts.create_key("a", SCOPES - PERSONAL)
    first, second = accounts.keys()
    assert (first.name, first.user, first.scopes) == ("a", None, SCOPES - PERSONAL)
    assert (second.name, second.user, second.prefix) == ("b", "Ann", secret[:9])
    with pytest.raises(NotFound):
        accounts.revoke_key("c")


def test_no_secret_is_stored(accounts: Accounts, engine: Engine) -> None:
    """The database holds neither passwords nor tokens nor keys, only digests of them."""
    link = accounts.setup_link_token()
    accounts_secrets = [link, _moderator(accounts), accounts.create_key("a", ["score"]), PASSWORD]
    stored = _everything_stored(engine)
    assert all(str(secret) not in stored for secret in accounts_secrets)
    assert "$argon2id$" in stored
