"""Check names and passwords, and make secrets that are kept only as digests."""

import hashlib
import secrets
import unicodedata
from functools import lru_cache

from pwdlib import PasswordHash

from model.errors import InputError

MIN_PASSWORD, MAX_PASSWORD, MAX_NAME = 12, 1_000, 200


def check_name(name: str) -> str:
    """Tidy a name; raises InputError for one that is empty, too long, or holds unprintable characters."""
    tidy = unicodedata.normalize("NFC", " ".join(name.split()))
    if not tidy or len(tidy) > MAX_NAME or not tidy.isprintable():
        raise InputError(f"name: give 1 to {MAX_NAME} printable characters")
    return tidy


def name_key(name: str) -> str:
    """Fold a name, so that two people cannot have names that look the same."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def check_password(password: str) -> str:
    """Raise InputError for a password that is too short, too long, or no text that can be typed."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InputError(f"password: give {MIN_PASSWORD} to {MAX_PASSWORD:,} characters")
    if not _encodable(password):
        raise InputError("password: holds characters that cannot be typed")
    return password


def hash_password(password: str) -> str:
    """Hash a password with argon2."""
    return _hasher().hash(password)


def verify_password(password: str, hashed: str | None) -> bool:
    """Check a password; without a hash it takes as long, so that nobody learns which names exist."""
    readable = len(password) <= MAX_PASSWORD and _encodable(password)
    matches = _hasher().verify(password if readable else "", hashed or _nobody())
    return matches and readable and hashed is not None


def new_secret() -> str:
    """Make a secret that cannot be guessed."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Digest a secret for keeping; long random secrets need no slow hash."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hash_password(new_secret())


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
