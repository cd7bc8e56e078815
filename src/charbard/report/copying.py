"""How much of a text stands verbatim in the text that a model learned from."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.report.diversity import grams_of

__all__ = ["Copied", "Learned"]

_LINE_ENDS = re.compile(r"[\n，。！？；：、,.!?;:]+")
_SHORTEST_LINE = 4
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

    def __init__(self, texts: Iterable[str], *, size: int = 4) -> None:
        """Take in the text.

        Args:
            texts: What was learned from.
            size: Characters of an n-gram.
        """
        self.size = size
        lines, grams, held, held_size = [], [], list[str](), 0
        for text in texts:
            held.append(text)
            held_size += len(text)
            if held_size >= _PIECE:
                lines.append(_line_numbers(lines_of(held)))
                grams.append(np.unique(grams_of("\n".join(held), size)))
                held, held_size = [], 0
        lines.append(_line_numbers(lines_of(held)))
        grams.append(np.unique(grams_of("\n".join(held), size)))
        self._lines = np.unique(np.concatenate(lines))
        self._grams = np.unique(np.concatenate(grams))

    def copied(self, texts: Sequence[str]) -> Copied:
        """Look texts up."""
        lines = _line_numbers(lines_of(texts))
        grams = grams_of("\n".join(texts), self.size)
        return Copied(
            len(lines),
            int(_among(lines, self._lines).sum()),
            len(grams),
            int(_among(grams, self._grams).sum()),
        )


def lines_of(texts: Iterable[str]) -> list[str]:
    """Lines of four characters or more; a mark ends one."""
    found = (line.strip() for text in texts for line in _LINE_ENDS.split(text))
    return [line for line in found if len(line) >= _SHORTEST_LINE]


def _line_numbers(lines: list[str]) -> NDArray[np.int64]:
    """64 bits a line: the same line has the same ones, within this process."""
    return np.fromiter(map(hash, lines), np.int64, len(lines))


def _among(wanted: NDArray[np.generic], known: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Which of these stand among sorted, distinct ones."""
    if not len(known):
        return np.zeros(len(wanted), np.bool_)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.asarray(known[place] == wanted)
