"""How much of a text stands verbatim in the text that a model learned from."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.report.diversity import grams_of

__all__ = ["Copied", "Grams", "Learned", "lines_of", "place_among", "word_grams"]

Grams = Callable[[str, int], NDArray[np.uint64]]
"""From a text and a size to its n-grams, as numbers."""

_LINE_ENDS = re.compile(r"[\n，。！？；：、,.!?;:]+")
_WORD = re.compile(r"\w+")
_SHORTEST_LINE = 4
_SIZE = 4
"""Characters or words of an n-gram."""
_PIECE = 1 << 22


@dataclass(frozen=True)
class Copied:
    """What of some texts stands in the learned text."""

    lines: int
    copied_lines: int
    grams: int
    copied_grams: int

    def rates(self) -> dict[str, float | None]:
        """Shares, for tables."""
        return {
            "lines": self.copied_lines / self.lines if self.lines else None,
            "4-grams": self.copied_grams / self.grams if self.grams else None,
        }


class Learned:
    """A text to look lines and n-grams up in: two sorted arrays of numbers."""

    def __init__(self, texts: Iterable[str], *, grams: Grams = grams_of) -> None:
        """Take in the text.

        Args:
            texts: What was learned from.
            grams: Finds the n-grams: of characters, or of words where text has them.
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
        """Lines and n-grams of texts, each as 64 bits: the same within this process."""
        lines = lines_of(texts)
        numbers = np.fromiter(map(hash, lines), np.int64, len(lines))
        return numbers, self._grams_of("\n".join(texts), _SIZE)

    def copied(self, texts: Sequence[str]) -> Copied:
        """Look texts up."""
        lines, grams = self._numbers(texts)
        return Copied(
            len(lines),
            int(place_among(lines, self._lines)[1].sum()),
            len(grams),
            int(place_among(grams, self._grams)[1].sum()),
        )


def lines_of(texts: Iterable[str]) -> list[str]:
    """Lines of four characters or more; a mark ends one."""
    found = (line.strip() for text in texts for line in _LINE_ENDS.split(text))
    return [line for line in found if len(line) >= _SHORTEST_LINE]


def word_grams(text: str, size: int) -> NDArray[np.uint64]:
    """Every n-gram of words as a number; marks and line ends are passed over."""
    words = _WORD.findall(text.lower())
    count = max(0, len(words) - size + 1)
    numbers = (hash(tuple(words[place : place + size])) for place in range(count))
    return np.fromiter(numbers, np.int64, count).view(np.uint64)


def place_among(
    wanted: NDArray[np.generic], known: NDArray[np.generic]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each of these stands among sorted, distinct ones, and whether it really does."""
    place = np.minimum(np.searchsorted(known, wanted), max(0, len(known) - 1))
    if not len(known):
        return place, np.zeros(len(wanted), np.bool_)
    return place, np.asarray(known[place] == wanted)
