"""Answers to keyed writes."""

from typing import Any

import pytest
from sqlalchemy import Engine

from service.store.replies import Replies, Reply

ANSWER = Reply("digest", 201, "application/json", b'{"odd": "\x00\xff"}')


@pytest.fixture(name="replies")
def _replies(engine: Engine, clock: Any) -> Replies:
    return Replies(engine, clock)


def test_answer_is_found_again(replies: Replies) -> None:
    """What was kept comes back byte for byte; another name finds nothing."""
    replies.keep("name", ANSWER)
    assert replies.find("name") == ANSWER
    assert replies.find("other") is None


def test_first_answer_stays(replies: Replies) -> None:
    """A second answer under the same name does not replace the first."""
    replies.keep("name", ANSWER)
    replies.keep("name", Reply("digest", 200, "text/plain", b"later"))
    assert replies.find("name") == ANSWER


def test_answers_are_kept_for_a_day(replies: Replies, clock: Any) -> None:
    """After a day the name is free again."""
    replies.keep("name", ANSWER)
    clock.advance(24 * 3600)
    assert replies.find("name") is None
    later = Reply("digest", 200, "text/plain", b"later")
    replies.keep("name", later)
    assert replies.find("name") == later
