"""Tests of drawing evidence on a post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.records import Evidence
from service.pages.highlight import (
    Segment,
    hidden_characters,
    one_line,
    reasons,
    segments,
    visible,
)

ANY_TEXT = st.text(max_size=60)
SPANS = st.lists(
    st.builds(
        Evidence,
        st.integers(-5, 70),
        st.integers(-5, 70),
        st.floats(-4, 4),
        st.just(0.0),
    ),
    max_size=12,
)


def marks(text: str, *spans: tuple[int, int, float]) -> list[tuple[str, str, int]]:
    """Cut a text and show each segment as (text, side, level)."""
    found = segments(text, [Evidence(start, end, weight, 0.0) for start, end, weight in spans])
    return [(piece.text, piece.side, piece.level) for piece in found]


@given(ANY_TEXT, SPANS)
def test_segments_join_back_to_the_text(text: str, spans: list[Evidence]) -> None:
    """Whatever the evidence, no character is lost, added or moved."""
    assert "".join(piece.text for piece in segments(text, spans)) == text


def test_sides_and_levels_follow_the_weights() -> None:
    """Strong and weak, for and against, are told apart; what hardly weighs is left plain."""
    assert marks("aa bb cc", (0, 2, 2.0), (3, 5, -0.6), (6, 8, 0.01)) == [
        ("aa", "for", 4),
        (" ", "", 0),
        ("bb", "against", 2),
        (" cc", "", 0),
    ]


def test_overlapping_spans_add_up() -> None:
    """Where two spans overlap, their contributions are summed."""
    assert marks("abcd", (0, 3, 1.0), (1, 4, 1.0)) == [
        ("a", "for", 3),
        ("bc", "for", 4),
        ("d", "for", 3),
    ]


def test_adjacent_spans_of_one_level_become_one() -> None:
    """Two touching spans that look the same are one mark."""
    assert marks("甲乙丙", (0, 1, 1.0), (1, 2, 0.9)) == [("甲乙", "for", 4), ("丙", "", 0)]


def test_weak_evidence_alone_is_never_deep() -> None:
    """The deepest colour needs a contribution that is strong in itself."""
    assert marks("word", (0, 4, 0.2)) == [("word", "for", 2)]


def test_a_span_takes_along_the_marks_of_its_last_letter() -> None:
    """A combining mark stays with its letter."""
    assert marks("cafe\u0301 x", (0, 4, 1.0)) == [("cafe\u0301", "for", 4), (" x", "", 0)]


def test_spans_outside_the_text_are_clipped() -> None:
    """Offsets that do not fit the text do no harm."""
    assert marks("ab", (-3, 1, 1.0), (1, 99, -1.0), (5, 7, 1.0)) == [
        ("a", "for", 4),
        ("b", "against", 4),
    ]


def test_no_text_gives_no_segments() -> None:
    """An empty text has nothing to show."""
    assert segments("", []) == []


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("a\x00b", "a␀b"), ("\x7f", "␡"), ("x\ud800y", "x\ufffdy"), ("a\tb\r\nc", "a\tb\r\nc")],
)
def test_characters_a_browser_drops_are_made_visible(raw: str, shown: str) -> None:
    """Controls get their picture, what UTF-8 cannot carry a replacement, white space stays."""
    assert Segment(raw).shown == visible(raw) == shown


def test_shown_text_can_always_be_sent() -> None:
    """No code point stops a page from being encoded."""
    assert visible("".join(map(chr, range(0x11000)))).encode()


def test_one_line_shows_direction_tricks() -> None:
    """A link with an override in it reads in the order it is written."""
    assert one_line("http://a.example/\u202egpj.exe\n") == "http://a.example/\\u202egpj.exe"


def test_hidden_characters_are_counted_by_kind() -> None:
    """A reviewer is told what cannot be seen; joiners that scripts need are not counted."""
    assert hidden_characters("a\x00\u202eb\u2066\u200bمی\u200cروم") == [
        ("control characters", 1),
        ("direction overrides", 2),
        ("zero-width characters", 1),
    ]


def test_reasons_add_up_alike_words_and_rank_them() -> None:
    """The table names each word once, strongest first, with its share of the strongest."""
    found = [Evidence(0, 4, 0.5, 0.0), Evidence(5, 9, 0.5, 0.0), Evidence(10, 12, -0.25, 0.0)]
    rows = [(row.text, row.weight, row.share) for row in reasons("Boat boat no", found)]
    assert rows == [("boat", 1.0, 1.0), ("no", -0.25, 0.25)]


def test_reasons_name_concepts_beside_words() -> None:
    """A concept is a row of its own, with the first text that it was found in."""
    found = [Evidence(0, 4, 0.5, 0.0), Evidence(0, 4, 1.0, 0.0, "transport: sea")]
    rows = [(row.text, row.concept, row.weight) for row in reasons("Boat", found)]
    assert rows == [("Boat", "transport: sea", 1.0), ("boat", "", 0.5)]


def test_reasons_of_nothing_are_none() -> None:
    """No evidence, no rows."""
    assert reasons("text", []) == []
