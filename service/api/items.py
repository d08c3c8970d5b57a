"""Read posts from a request: one, or a batch whose bad items become entries instead of failures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.errors import BreakwaterError, InvalidPost
from model.records import Post
from model.scorer import check_text
from service.posts import MAX_FIELD, read_post


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a batch: its post, or the error why it has none."""

    id: str | None
    post: Post | None
    error: BreakwaterError | None


def read_batch(body: Mapping[str, Any], limit: int) -> list[Item]:
    """Read `posts` of a batch; raises InvalidPost if it is no list or holds more than `limit`."""
    posts = body.get("posts")
    if not isinstance(posts, list) or not posts:
        raise InvalidPost("posts: give a list of at least one post")
    if len(posts) > limit:
        raise InvalidPost(f"posts: {len(posts):,} posts in one batch; at most {limit:,} are taken")
    return [_read_item(item) for item in posts]


def _read_item(item: Any) -> Item:
    if not isinstance(item, dict):
        return Item(None, None, InvalidPost(f"a post must be an object, not {type(item).__name__}"))
    try:
        post = read_post(item)
        check_text(post.text)
    except BreakwaterError as error:
        return Item(_known_id(item.get("id")), None, error)
    return Item(post.id, post, None)


def _known_id(given: Any) -> str | None:
    """Name a bad item by its id, unless that is what is wrong with it."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        return None
    return str(given)[:MAX_FIELD] or None
