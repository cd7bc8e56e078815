"""Stand-ins for characters that the model has never seen.

A given character is always written as given. The model reads a stand-in: another shape of the same
character or, if there is none, the commonest similar-sounding character. The best sound match has
the same readings both in the old rhyme book and in modern speech; the next best has the same
readings in one of them; the last choice shares a reading.
"""

from collections.abc import Callable, Iterator

from charbard.errors import Note
from charbard.prosody import fold, readings_of
from charbard.vocab import Vocab

__all__ = ["explained", "stand_in"]

_BOOKS = ("pingshui", "xinyun")


def stand_in(vocab: Vocab, char: str) -> str | None:
    """Return the character that the model reads in place of `char`; None if none is similar.

    >>> stand_in(Vocab(chars=("春", "功", "公")), "蚣")
    '功'
    """
    if char in vocab:
        return char
    folded = fold(char)
    if folded in vocab:
        return folded
    if (near := vocab.nearest(char)) is not None:
        return near
    return next(_alike(vocab, char), None)


def explained(vocab: Vocab, char: str) -> Note | None:
    """Return a note on how a character unknown to the model is handled (read as a stand-in, or
    written as given); None if the model knows it."""
    if char in vocab:
        return None
    near = stand_in(vocab, char)
    if near is None:
        text = f"{char} is written as given; the model has never seen it or anything like it"
        return Note(text, "char.given", {"char": char})
    values = {"char": char, "near": near}
    if near == fold(char) or near == vocab.nearest(char):
        return Note(f"{char} is read as {near}", "char.nearest", values)
    text = f"{char} is written as given; the model, which has never seen it, reads {near} there"
    return Note(text, "char.read", values)


def _alike(vocab: Vocab, char: str) -> Iterator[str]:
    """Yield known characters of similar sound, the most similar first, then by frequency."""
    own = {book: readings_of(char, book=book) for book in _BOOKS}

    def same(book: str) -> Callable[[str], bool]:
        return lambda other: bool(own[book]) and readings_of(other, book=book) == own[book]

    def shares(book: str) -> Callable[[str], bool]:
        return lambda other: bool(own[book] & readings_of(other, book=book))

    old, new = same("pingshui"), same("xinyun")
    kinds: tuple[Callable[[str], bool], ...] = (
        lambda other: old(other) and new(other),
        old,
        new,
        shares("pingshui"),
        shares("xinyun"),
    )
    for is_alike in kinds:
        yield from (other for other in vocab.chars if is_alike(other))
