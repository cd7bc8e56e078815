"""A constraint on free text that allows listed words only.

The words come from the training text and the prompt and are spelled as they are there, except that
the first letter may be capitalised. Any characters but letters may appear between words. A hyphen
may join two words, and apostrophes may enclose a word.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from charbard.errors import OptionError
from charbard.runtime import Ids, as_ids
from charbard.runtime.constraint import NO_IDS
from charbard.text.words import (
    APOSTROPHES,
    HYPHENS,
    capitalised,
    is_letter,
    spellings,
    word_pattern,
)
from charbard.vocab import END, Vocab

__all__ = ["Spelling", "WordList"]

_BETWEEN = ""
"""State between words: any word may begin."""
_WHOLE = "\0"
"""State after a word that no letter may continue: a quoted word, or a prompt's unlisted word."""
_LAST = "\U0010ffff"
"""Sorts after every other character."""

State = tuple[str, ...]
"""Possible readings of the last word: its prefix, `_BETWEEN` or `_WHOLE`. There are several after
an apostrophe, which may be part of the word or enclose it."""


class Next(NamedTuple):
    """Characters that may follow a prefix of a word."""

    chars: str
    is_word: bool
    """Whether the prefix is itself a whole word."""


class WordList:
    """A sorted list of words that finds what may follow a prefix by bisection, without a trie."""

    def __init__(self, words: Iterable[str], chars: frozenset[str]) -> None:
        """Store the words that consist of `chars`, and their capitalised forms."""
        spelled = [word for word in words if chars.issuperset(word)]
        titles = [title for word in spelled if chars.issuperset(title := capitalised(word))]
        self._words = sorted({*spelled, *titles})
        self.after = cache(self._after)

    def __len__(self) -> int:
        return len(self._words)

    def _after(self, beginning: str) -> Next:
        words, size = self._words, len(beginning)
        at = bisect_left(words, beginning)
        is_word = at < len(words) and words[at] == beginning
        at += is_word
        found = []
        while at < len(words) and words[at].startswith(beginning):
            found.append(words[at][size])
            # Skip the other words that continue with this letter: the search then costs one
            # bisection for each letter, not for each word.
            at = bisect_left(words, beginning + found[-1] + _LAST, at)
        return Next("".join(found), is_word)


class Spelling:
    """The constraint on texts that continue one prompt; see `runtime.Constraint`.

    Every prefix can be completed, and a word may always be followed by a character that is not a
    letter, so there are no dead ends.

    Args:
        vocab: The model's symbols.
        allowed: Ids that the text may contain.
        words: The model's words, as a `WordList` over the allowed characters.
        prompt: The text to continue, whose words are also allowed.

    Raises:
        OptionError: No word, or no character between words, can be written with the allowed ids.
    """

    def __init__(self, vocab: Vocab, allowed: Ids, words: WordList, prompt: str) -> None:
        self._symbols = vocab.symbols
        self._ids = {vocab.symbols[char_id]: char_id for char_id in allowed.tolist()}
        chars = frozenset(self._ids) - {vocab.symbols[END]}
        prompted = WordList(_words_in(prompt, vocab), chars)
        self._lists = [held for held in (words, prompted) if len(held)]
        letters = {char for char in chars if is_letter(char)}
        self._quotes = [char for char in chars if char in APOSTROPHES]
        self._breaks = [char for char in self._ids if char not in letters | set(self._quotes)]
        if not self._lists or not self._breaks:
            missing = "no listed word" if self._breaks else "nothing between words"
            raise OptionError(
                f"{missing} can be written with the characters that are left",
                code="spelling.left",
                hint="leave some of them out of ⟪banned⟫, or lift ⟪spelling⟫",
            )
        self.choices = cache(self._choices)
        self._after = cache(self._step)
        self._start: State = (_BETWEEN,)
        for char in prompt:
            self._start = self._after(self._start, char)

    def start(self) -> State:
        """Return the state after the prompt."""
        return self._start

    def advance(self, state: State, char_id: int) -> State:
        """Return the state after one more id, which must be allowed."""
        if char_id == END:
            return (_BETWEEN,)
        return self._after(state, self._symbols[char_id])

    def _choices(self, state: State) -> tuple[Ids, Ids]:
        chars = set[str]()
        for reading in state:
            after = self._next(reading)
            chars.update(after.chars)
            if after.is_word:
                chars.update(self._breaks, self._quotes)
        return as_ids(self._ids[char] for char in chars), NO_IDS

    def _next(self, reading: str) -> Next:
        """Return what may follow one reading; if it is a whole word, any non-letter may, too."""
        if reading == _WHOLE:
            return Next("", True)
        found = [words.after(reading) for words in self._lists]
        is_word = reading == _BETWEEN or any(after.is_word for after in found)
        return Next("".join(after.chars for after in found), is_word)

    def _step(self, state: State, char: str) -> State:
        found = dict.fromkeys(after for reading in state for after in self._readings(reading, char))
        # Only a prompt can contain an unlisted word, and no letter may extend it.
        return tuple(found) or (_WHOLE,)

    def _readings(self, reading: str, char: str) -> Sequence[str]:
        """Return the readings that one reading leads to after one more character."""
        after = self._next(reading)
        found = [reading + char] if char in after.chars else []
        if after.is_word and char in APOSTROPHES:
            found.append(_BETWEEN if reading == _BETWEEN else _WHOLE)
        elif after.is_word and not is_letter(char):
            found.append(_BETWEEN)
        elif not found and not is_letter(char) and char not in APOSTROPHES + HYPHENS:
            found.append(_BETWEEN)  # in a prompt: an unlisted word that ends here
        return found


def _words_in(prompt: str, vocab: Vocab) -> Sequence[str]:
    """Return the words of a prompt, except one at its very end, which the text may continue."""
    pattern = word_pattern(vocab.chars)
    found = [] if pattern is None else list(pattern.finditer(prompt))
    if found and found[-1].end() == len(prompt):
        prompt = prompt[: found[-1].start()]
    return spellings([prompt], vocab.chars, most=len(prompt))
