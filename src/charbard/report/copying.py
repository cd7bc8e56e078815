"""Measure how much of a text occurs verbatim in the training text."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.report.diversity import grams_of

__all__ = ["Copied", "Grams", "Learned", "lines_of", "place_among", "word_grams"]

Grams = Callable[[str, int], NDArray[np.uint64]]
"""A function from a text and a size n to the text's n-grams, as numbers."""

_LINE_ENDS = re.compile(r"[\n，。！？；：、,.!?;:]+")
_WORD = re.compile(r"\w+")
_SHORTEST_LINE = 4
_SIZE = 4
"""The n of the n-grams that are counted, in characters or words."""
_PIECE = 1 << 22
"""Number of characters that are hashed at a time, which bounds memory."""


@dataclass(frozen=True)
class Copied:
    """Counts of what some texts copy from the training text."""

    lines: int
    copied_lines: int
    grams: int
    copied_grams: int

    def rates(self) -> dict[str, float | None]:
        """Return the counts as shares, for tables."""
        return {
            "lines": self.copied_lines / self.lines if self.lines else None,
            "4-grams": self.copied_grams / self.grams if self.grams else None,
        }


class Learned:
    """Index of a text's lines and n-grams: two sorted arrays of hashes."""

    def __init__(self, texts: Iterable[str], *, grams: Grams = grams_of) -> None:
        """Build the index.

        Args:
            texts: The training texts.
            grams: Function that returns a text's n-grams: of words if the language separates them,
                else of characters.
        """
        self._grams_of = grams
        pieces, held, held_size = [], list[str](), 0
        for text in texts:
            held.append(text)
            held_size += len(text)
            if held_size >= _PIECE:
                pieces.append(self._numbers(held))
                held, held_size = [], 0
        lines, found = zip(*[*pieces, self._numbers(held)], strict=True)
        self._lines = np.unique(np.concatenate(lines))
        self._grams = np.unique(np.concatenate(found))

    def _numbers(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return the lines and n-grams of texts as 64-bit hashes, stable within this process."""
        lines = lines_of(texts)
        numbers = np.fromiter(map(hash, lines), np.int64, len(lines))
        return numbers, self._grams_of("\n".join(texts), _SIZE)

    def copied(self, texts: Sequence[str]) -> Copied:
        """Count what these texts copy from the indexed text."""
        lines, grams = self._numbers(texts)
        return Copied(
            len(lines),
            int(place_among(lines, self._lines)[1].sum()),
            len(grams),
            int(place_among(grams, self._grams)[1].sum()),
        )


def lines_of(texts: Iterable[str]) -> list[str]:
    """Return the lines of four characters or more; a punctuation mark ends a line."""
    found = (line.strip() for text in texts for line in _LINE_ENDS.split(text))
    return [line for line in found if len(line) >= _SHORTEST_LINE]


def word_grams(text: str, size: int) -> NDArray[np.uint64]:
    """Return every n-gram of words as a hash; punctuation and line ends are skipped."""
    words = _WORD.findall(text.lower())
    count = max(0, len(words) - size + 1)
    numbers = (hash(tuple(words[place : place + size])) for place in range(count))
    return np.fromiter(numbers, np.int64, count).view(np.uint64)


def place_among(
    wanted: NDArray[np.generic], known: NDArray[np.generic]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return (each value's place among sorted distinct values, whether it is one of them)."""
    # A value beyond the last known one would get the place after it, which cannot be indexed.
    place = np.minimum(np.searchsorted(known, wanted), max(0, len(known) - 1))
    if not len(known):
        return place, np.zeros(len(wanted), np.bool_)
    return place, np.asarray(known[place] == wanted)
