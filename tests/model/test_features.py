"""What the classifier sees of a post, and what it must not see."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.concepts import MARK
from model.features import FeatureConfig, RowReader, feature_union, letters_by_script, prepare, words_of
from model.fold import fold_text
from model.tokens import tokens

SMALL = FeatureConfig(char_bits=12, word_bits=12, concept_bits=10)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Write @some.one or http://example.org/a?b=c now", "write or now"),
        ("mail me: a.b@example.org", "mail me"),
        ("t.me/joinchat", ""),
        ("www.example.org now", "now"),
        ("联系t.me/abc走", "联 系 走"),
        ("https://example.org走", "走"),
        ("走me@example.org走", "走 走"),
        ("🇫🇷📩me@example.org", "🇫🇷 📩"),
        ("call +44 7700 900123 today", "call today"),
        ("code 1234567", "code"),
        ("price 1.500€ each", "price 1 500 € each"),
        ("🇫🇷➡️🇬🇧 🚤?", "🇫🇷 ➡ 🇬🇧 🚤 ?"),
        ("走线 ok", "走 线 ok"),
        ("#no_more", "no more"),
        ("क्या हाल?", "क्या हाल ?"),
    ],
)
def test_tokens_leave_out_contacts(text: str, seen: str) -> None:
    """Words, Han characters and symbols are seen; handles, links, addresses and long digit runs are not."""
    assert words_of(prepare(text)) == seen


@pytest.mark.parametrize("part", ["-", "!", "_", "+", "a-b.c", "www.", "a@", "a.b-", "1 ", "🚤"])
def test_hostile_text_takes_no_longer_than_any(part: str) -> None:
    """The longest post of any one pattern is prepared in linear time (once it took up to a minute)."""
    started = time.process_time()
    prepare((part * 50_000)[:50_000])
    assert time.process_time() - started < 2


@given(st.text(max_size=80))
def test_preparing_is_joining_tokens(text: str) -> None:
    """The prepared text is the folded text's tokens, then its concepts, with single spaces."""
    folded = fold_text(text)
    assert words_of(prepare(text)) == " ".join(folded[start:end] for start, end in tokens(folded))


def test_a_bag_of_words_has_the_features_of_its_post() -> None:
    """Every feature lies within a token, so order does not matter."""
    union = feature_union(SMALL)
    rows = union.fit_transform(["two places left tonight", "left places tonight two"])
    assert (rows[0] != rows[1]).nnz == 0


def test_rows_are_what_the_union_makes() -> None:
    """The row reader gives the union's columns and values."""
    seats = f"two places left {MARK}seats {MARK}route+seats"
    texts = [seats, "a phone , a phone", "走 线 安 全", f"{MARK}link", ""]
    union = feature_union(SMALL)
    expected = union.fit_transform(texts).toarray()
    idf = np.concatenate([block["tfidf"].idf_ for _, block in union.transformer_list])
    for row, want in zip(RowReader(SMALL, idf).rows(texts), expected, strict=True):
        got = np.zeros(len(idf))
        got[row.columns] = row.values
        np.testing.assert_allclose(got, want, atol=1e-12)


def test_letters_are_counted_by_script() -> None:
    """Digits and signs are no letters."""
    assert letters_by_script("ab ሰ 12 ?") == {"LATIN": 2, "ETHIOPIC": 1}
