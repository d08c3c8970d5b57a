"""Posts from the outside, and which of them are the same."""

from datetime import UTC, datetime
from typing import Any

import pytest

from model.errors import InvalidPost
from model.records import Post
from service.posts import identity, read_post


def test_every_field_is_read_and_others_ignored() -> None:
    """A post's fields arrive; what else is there does no harm."""
    fields = {"id": "7", "text": "hi", "platform": "x", "account": "@a", "url": "u", "posted_at": "t"}
    assert read_post(fields | {"likes": [3], "label": None}) == Post("hi", "7", "x", "@a", "u", "t")


def test_only_the_text_is_needed() -> None:
    """Empty and null fields count as absent."""
    assert read_post({"text": "hi", "id": "", "platform": None}) == Post("hi")


def test_numbers_that_name_things_become_strings() -> None:
    """Ids and times are often numbers in crawls; moments are written out."""
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    assert read_post({"text": "hi", "id": 7, "account": 8, "posted_at": 9}) == Post(
        "hi", id="7", account="8", posted_at="9"
    )
    assert read_post({"text": "hi", "posted_at": moment}).posted_at == "2026-03-01T00:00:00+00:00"
    assert read_post({"text": "hi", "posted_at": moment.date()}).posted_at == "2026-03-01"


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "text: a post needs its text"),
        ({"text": None}, "text: a post needs its text"),
        ({"text": 7}, "text: must be a string, not a number"),
        ({"text": ["hi"]}, "text: must be a string, not a list"),
        ({"text": "hi", "id": {}}, "id: must be a string, not an object"),
        ({"text": "hi", "id": True}, "id: must be a string, not a boolean"),
        ({"text": "hi", "id": 1.5}, "id: must be a string, not a number"),
        ({"text": "hi", "platform": 3}, "platform: must be a string, not a number"),
        ({"text": "hi", "url": "x" * 2_001}, "url: has 2,001 characters; the limit is 2,000"),
        ({"text": "hi", "id": 10**5_000}, "id: is too large a number"),
    ],
)
def test_wrong_field_is_named(fields: dict[str, Any], complaint: str) -> None:
    """The complaint names the field and what is wrong with it."""
    with pytest.raises(InvalidPost, match=complaint):
        read_post(fields)


def test_platform_and_id_make_the_identity() -> None:
    """With both, the text may change; the platform's case does not matter."""
    post = Post("hi", id="7", platform="TikTok")
    assert identity(post) == identity(Post("edited", id="7", platform=" tiktok "))
    assert identity(post) != identity(Post("hi", id="8", platform="tiktok"))


def test_else_the_text_makes_the_identity() -> None:
    """Without platform or id the same text is the same post."""
    assert identity(Post("hi", id="7")) == identity(Post("hi", platform="x")) == identity(Post("hi"))
    assert identity(Post("hi")) != identity(Post("hi "))


def test_parts_of_an_identity_do_not_run_together() -> None:
    """Different posts never share an identity through where a colon stands, nor through broken characters."""
    posts = [Post("", "b:c", "a"), Post("", "c", "a:b"), Post('["id","a","c"]'), Post("\ud800"), Post("\x00")]
    assert len({identity(post) for post in posts}) == len(posts)
