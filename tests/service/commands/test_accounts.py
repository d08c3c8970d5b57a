"""People and keys are managed from the command line, and what cannot be done is said in one line."""

from collections.abc import Callable

import pytest
from click.testing import Result

from model.errors import Unauthenticated
from service.services import Services

Run = Callable[..., Result]
Refused = Callable[..., str]
PASSWORD = "correct horse battery"


@pytest.fixture(name="ann")
def _ann(run: Run) -> str:
    """A moderator who is there already."""
    result = run("user", "add", "ann", "--role", "moderator", "--password", PASSWORD)
    assert result.stdout == "Added ann as moderator\n"
    return "ann"


def test_people_are_added_and_listed(run: Run, ann: str, parts: Services) -> None:
    """A password that was asked for signs in."""
    result = run("user", "add", "Bea Ö", "--role", "lead", input=f"{PASSWORD}2\n{PASSWORD}2\n")
    assert (result.exit_code, PASSWORD in result.output) == (0, False)
    rows = [line.rsplit(maxsplit=2) for line in run("user", "list").stdout.splitlines()]
    assert [row[0].strip() for row in rows] == [ann, "Bea Ö"]
    assert parts.accounts.sign_in("bea ö", f"{PASSWORD}2", "here")[0].role == "lead"


def test_people_are_changed(run: Run, ann: str, parts: Services) -> None:
    """Role, password, and whether they may come in at all."""
    assert run("user", "role", ann, "analyst").stdout == "ann is now analyst\n"
    assert run("user", "password", ann, "--password", f"{PASSWORD}3").exit_code == 0
    assert parts.accounts.sign_in(ann, f"{PASSWORD}3", "here")[0].role == "analyst"
    assert run("user", "deactivate", ann).stdout == "ann is shut out\n"
    assert run("user", "list").stdout.split() == ["ann", "analyst", "shut", "out"]
    with pytest.raises(Unauthenticated):
        parts.accounts.sign_in(ann, f"{PASSWORD}3", "here")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("user", "add", "ann", "--role", "lead", "--password", PASSWORD), "'ann' is taken"),
        (("user", "add", "ben", "--role", "lead", "--password", "short"), "12 to 1,000 characters"),
        (("user", "add", " ", "--role", "lead", "--password", PASSWORD), "name"),
        (("user", "role", "zoe", "lead"), "there is no user named 'zoe'"),
        (("user", "deactivate", "zoe"), "there is no user named 'zoe'"),
        (("key", "create", "bot", "--scope", "everything"), "everything"),
        (("key", "create", "bot", "--scope", "score", "--user", "zoe"), "there is no user named 'zoe'"),
        (("key", "revoke", "bot"), "there is no key named 'bot'"),
    ],
)
@pytest.mark.usefixtures("ann")
def test_what_cannot_be_done_is_said(refused: Refused, arguments: tuple[str, ...], message: str) -> None:
    """With the name that is wrong."""
    assert message in refused(*arguments)


def test_an_unknown_role_is_a_usage_error(run: Run) -> None:
    """The message lists those there are."""
    result = run("user", "add", "ann", "--role", "boss", "--password", PASSWORD)
    assert result.exit_code == 2
    assert "'boss' is not one of 'admin', 'lead', 'moderator', 'analyst', 'auditor'" in result.stderr


def test_keys_are_made_listed_and_revoked(run: Run, ann: str, parts: Services) -> None:
    """The secret is shown once, and ends with the revocation."""
    secret = run("key", "create", "bot", "--scope", "score", "--scope", "posts", "--user", ann).stdout.strip()
    assert secret.startswith("bw_")
    assert parts.accounts.principal_for_key(secret).scopes == {"score", "posts"}
    listed = run("key", "list").stdout
    assert listed.split() == ["bot", secret[:9], "active", "posts,score"]
    assert run("key", "revoke", "bot").stdout == "Revoked bot\n"
    assert "revoked" in run("key", "list").stdout
    with pytest.raises(Unauthenticated):
        parts.accounts.principal_for_key(secret)


def test_nobody_and_nothing_are_empty_lists(run: Run) -> None:
    """The first command makes the database."""
    assert (run("user", "list").output, run("key", "list").output) == ("", "")
