"""Read a post from the outside, and tell one post from another."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from model.errors import InvalidPost
from model.records import Post

MAX_FIELD = 2_000


def read_post(fields: Mapping[str, Any]) -> Post:
    """Read a post; other fields are ignored.

    Raises InvalidPost naming the field that is missing or of the wrong type. Whether the text can be scored
    is for `model.scorer.check_text` to say.
    """
    text = fields.get("text")
    if text is None:
        raise InvalidPost("text: a post needs its text")
    if not isinstance(text, str):
        raise InvalidPost(f"text: must be a string, not {_kind(text)}")
    return Post(
        text,
        id=_field(fields, "id", int),
        platform=_field(fields, "platform"),
        account=_field(fields, "account", int),
        url=_field(fields, "url"),
        posted_at=_field(fields, "posted_at", int, date),
    )


def identity(post: Post) -> str:
    """Name a post: the same platform and id, or else the same text, is the same post."""
    if post.platform and post.id:
        canonical = ["id", post.platform.strip().casefold(), post.id]
    else:
        canonical = ["text", post.text]
    # ASCII JSON holds every code point, NULs and lone surrogates too, and keeps the parts apart.
    return hashlib.sha256(json.dumps(canonical).encode("ascii")).hexdigest()


def _field(fields: Mapping[str, Any], name: str, *also: type) -> str | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, *also)):
        raise InvalidPost(f"{name}: must be a string, not {_kind(value)}")
    try:
        text = value.isoformat() if isinstance(value, date) else str(value)
    except ValueError:
        # Python refuses to write out integers of thousands of digits.
        raise InvalidPost(f"{name}: is too large a number") from None
    if len(text) > MAX_FIELD:
        raise InvalidPost(f"{name}: has {len(text):,} characters; the limit is {MAX_FIELD:,}")
    return text


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)
