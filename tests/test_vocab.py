"""The vocabulary maps characters to ids and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import BundleError, CorpusError
from charbard.vocab import UNKNOWN, Vocab, count_chars

CHARS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(CHARS)
def test_encode_and_decode_are_inverse(text: str) -> None:
    """A text of known characters survives encoding and decoding."""
    vocab = Vocab.from_counts(count_chars([text]))

    assert vocab.decode(vocab.encode(text)) == text


@given(CHARS, CHARS)
def test_unknown_characters_get_the_unknown_id(known: str, other: str) -> None:
    """Exactly the characters outside the vocabulary get the unknown id."""
    vocab = Vocab.from_counts(count_chars([known]))

    unknown = [char_id == UNKNOWN for char_id in vocab.encode(other)]

    assert unknown == [char not in known for char in other]


def test_rare_characters_are_left_out() -> None:
    """Characters below the minimum count are left out, and the most frequent comes first."""
    vocab = Vocab.from_counts(count_chars(["aabbbc"]), min_count=2)

    assert vocab.chars == ("b", "a")


def test_nothing_left_is_an_error() -> None:
    """A minimum count that no character reaches is refused."""
    with pytest.raises(CorpusError, match="occurs 9 times"):
        Vocab.from_counts({"a": 1}, min_count=9)


def test_repeated_characters_are_refused() -> None:
    """A vocabulary that contains a character twice is refused."""
    with pytest.raises(BundleError, match="twice"):
        Vocab(("a", "a"))


@pytest.mark.parametrize(("char", "known"), [("Ａ", "A"), ("馬", "马"), ("！", "!"), ("☃", None)])
def test_the_nearest_known_form(char: str, known: str | None) -> None:
    """`nearest` returns a known width or script variant of a character, or None."""
    assert Vocab(("A", "马", "!")).nearest(char) == known
