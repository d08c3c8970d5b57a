"""Names, passwords and secrets."""

import pytest

from model.errors import InputError
from service.credentials import (
    check_name,
    check_password,
    digest,
    hash_password,
    name_key,
    new_secret,
    verify_password,
)


def test_password_matches_its_own_hash_only() -> None:
    """The right password verifies, others and a missing hash do not, and hashes differ each time."""
    hashed = hash_password("correct horse battery")
    assert verify_password("correct horse battery", hashed)
    assert not verify_password("correct horse batter", hashed)
    assert not verify_password("", None)
    assert hashed != hash_password("correct horse battery")


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 1_001, "\ud800" * 12])
def test_bad_password_is_refused(password: str) -> None:
    """Too short, too long, or not typeable: refused as new, never matching as given."""
    with pytest.raises(InputError, match="password"):
        check_password(password)
    assert not verify_password(password, hash_password("correct horse battery"))


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b", "a\u202eb", "\ud800", "a\u200bb"])
def test_bad_name_is_refused(name: str) -> None:
    """Names that are empty, endless, or hold what nobody sees are refused."""
    with pytest.raises(InputError, match="name"):
        check_name(name)


def test_names_are_tidied() -> None:
    """Blanks are tidied, any script is fine, and look-alike widths fold together."""
    assert check_name("  زهرا   احمدي ") == "زهرا احمدي"
    assert name_key("ＡＮＮ  Lee") == name_key("ann lee")


def test_secrets_are_long_and_digests_short() -> None:
    """Secrets never repeat; a digest fits its column whatever was sent."""
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) >= 43
    assert len(digest("\ud800\x00")) == 64
