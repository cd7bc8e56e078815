"""End a free text at its length, at a line's end or at a stop string, but not within a grapheme.

A grapheme is what readers perceive as one character: a flag, a family of emoji, a Hindi syllable.
If a text may contain listed words only, it does not end within a word either.
"""

import unicodedata

from charbard.config import TextOrder
from charbard.text import graphemes, normalise
from charbard.text.words import APOSTROPHES, is_letter

__all__ = ["Ending"]

_LONGEST_SIGN = 64
"""Maximum number of characters past the end that may still join the last grapheme or word."""
_LONGEST_FINISH = 500
"""Maximum number of characters past the length for which `finish_line` waits for a line end."""

Chars = list[tuple[str, float]]


class Ending:
    """Takes a text character by character, and returns the characters that are certain to stay."""

    def __init__(self, order: TextOrder, *, whole_words: bool = False) -> None:
        self.over = False
        self._order = order
        self._whole_words = whole_words
        self._stops = tuple(filter(None, map(normalise, order.stop)))
        self._count = 0
        self._past = 0
        self._held: Chars = []
        self._tail = ""

    def take(self, char: str, logp: float) -> Chars:
        """Take a character and return the characters that are now certain to stay.

        A possible start of a stop string is held back.
        """
        self._held.append((char, logp))
        self._count += 1
        # Unbounded, the tail would make each search for graphemes go through the whole text.
        self._tail = (self._tail + char)[-_LONGEST_SIGN - 1 :]
        text = "".join(held for held, _ in self._held)
        if ended := [stop for stop in self._stops if text.endswith(stop)]:
            del self._held[len(text) - max(map(len, ended)) :]
            return self.end()
        if self._past and not (_continues(self._tail) or self._is_in_word(char)):
            # This character only showed that the grapheme or word was complete; it is not part of
            # the text.
            del self._held[-1]
            return self.end()
        if self._past or self._is_long_enough(char):
            if not (_may_go_on(char) or self._is_in_word(char)) or self._past == _LONGEST_SIGN:
                return self.end()
            self._past += 1  # only the next character tells whether the grapheme is complete
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        ready, self._held = self._held[: len(text) - keep], self._held[len(text) - keep :]
        return ready

    def end(self) -> Chars:
        """End the text and return what was held back."""
        self.over = True
        ready, self._held = self._held, []
        return ready

    def _is_in_word(self, char: str) -> bool:
        """Return whether a word may go on after this character, and may not be cut there."""
        return self._whole_words and (is_letter(char) or char in APOSTROPHES)

    def _is_long_enough(self, char: str) -> bool:
        if self._count < self._order.length:
            return False
        past = self._count >= self._order.length + _LONGEST_FINISH
        return not self._order.finish_line or char == "\n" or past


def _overlap(text: str, stop: str) -> int:
    """Return how many of the text's last characters are a prefix of the stop string."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)


def _may_go_on(char: str) -> bool:
    """Tell whether the next character may join this one's grapheme; cheap for most characters."""
    if char < "\u0300" or unicodedata.category(char)[0] in "NPZ":
        return False
    is_letter = unicodedata.category(char)[0] == "L"
    # Letters wait only in scripts that write a syllable with several characters: Indic scripts,
    # Thai and Lao in the first range, Myanmar and Hangul jamo in the second.
    return not is_letter or "\u0900" <= char < "\u0f00" or "\u1000" <= char < "\u1200"


def _continues(text: str) -> bool:
    """Tell whether the last character joins the grapheme before it."""
    return len(graphemes(text)) == len(graphemes(text[:-1]))
