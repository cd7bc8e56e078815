"""Where a free text ends: at its length, its line, a stop string; never within a grapheme.

A grapheme is what readers take for one character: a flag, a family of emoji, a syllable of Hindi.
"""

import unicodedata

from charbard.config import TextOrder
from charbard.text import graphemes, normalise

__all__ = ["Ending"]

_LONGEST_SIGN = 32
"""So many characters more may belong to the last sign, as in a flag or a family of emoji."""
_LONGEST_FINISH = 500
"""With `finish_line`, how far past its length a text may go when no line ends."""

Chars = list[tuple[str, float]]


class Ending:
    """Takes characters one by one, gives back those that are certain to stay."""

    def __init__(self, order: TextOrder) -> None:
        self.over = False
        self._order = order
        self._stops = tuple(filter(None, map(normalise, order.stop)))
        self._count = 0
        self._is_full = False
        self._held: Chars = []
        self._tail = ""

    def take(self, char: str, logp: float) -> Chars:
        """What is certain now. Held back is what may turn out to begin a stop string."""
        self._held.append((char, logp))
        self._count += 1
        self._tail = (self._tail + char)[-_LONGEST_SIGN - 1 :]
        text = "".join(held for held, _ in self._held)
        if ended := [stop for stop in self._stops if text.endswith(stop)]:
            del self._held[len(text) - max(map(len, ended)) :]
            return self.end()
        if self._is_full and not _continues(self._tail):
            del self._held[-1]
            return self.end()
        if self._is_long_enough(char):
            if not _may_go_on(char) or self._count >= self._order.length + _LONGEST_SIGN:
                return self.end()
            self._is_full = True  # the next character tells whether the last sign is whole
        keep = max((_overlap(text, stop) for stop in self._stops), default=0)
        ready, self._held = self._held[: len(text) - keep], self._held[len(text) - keep :]
        return ready

    def end(self) -> Chars:
        """It ends here; what was held back belongs to it."""
        self.over = True
        ready, self._held = self._held, []
        return ready

    def _is_long_enough(self, char: str) -> bool:
        if self._count < self._order.length:
            return False
        past = self._count >= self._order.length + _LONGEST_FINISH
        return not self._order.finish_line or char == "\n" or past


def _overlap(text: str, stop: str) -> int:
    """How many of the text's last characters begin the stop string."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)


def _may_go_on(char: str) -> bool:
    """Whether the next character may belong to the same sign; most characters say no at once."""
    if char < "\u0300" or unicodedata.category(char)[0] in "NPZ":
        return False
    is_letter = unicodedata.category(char)[0] == "L"
    return not is_letter or "\u0900" <= char < "\u0f00" or "\u1000" <= char < "\u1200"


def _continues(text: str) -> bool:
    """Whether the last character belongs to the sign before it."""
    return len(graphemes(text)) == len(graphemes(text[:-1]))
