"""Does a line stand in the verse corpus? Answered from the package alone, in four megabytes.

The package holds 32-bit digests of all lines of four characters and more, so a line that is new is
taken for a known one about once in 1,700 times; a known line is never missed. What a line's source
is, and shorter spans, only `spans` can tell, with the corpus on disk.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.corpus.split import line_hash
from charbard.corpus.verse.variants import one_spelling

__all__ = ["LEAST", "KnownLines", "known_lines", "pack", "unpack"]

LEAST = 4
"""Characters of the shortest line that counts: shorter ones coincide by chance."""
_OWN = "lines.gaps"
_WIDEST = 2**16 - 1
"""The gap that stands for "further on": a number reached by it is none of ours."""


@dataclass(frozen=True)
class KnownLines:
    """Digests of lines, sorted."""

    digests: NDArray[np.uint32]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "KnownLines":
        """Take in lines; those shorter than `LEAST` are passed over."""
        found = (_digest(line) for line in lines if len(line) >= LEAST)
        return cls(np.unique(np.fromiter(found, np.uint32)))

    def hold(self, lines: Sequence[str]) -> NDArray[np.bool_]:
        """For each simplified line without marks, whether it is known; too short ones are not."""
        wanted = np.array([_digest(line) for line in lines], np.uint32)
        places = np.searchsorted(self.digests, wanted)
        there = np.take(self.digests, places, mode="clip") == wanted
        known: NDArray[np.bool_] = there & np.array([len(line) >= LEAST for line in lines])
        return known

    @property
    def false_positives(self) -> float:
        """Share of new lines that are taken for known ones."""
        return len(self.digests) / 2**32

    def save(self, path: Path) -> None:
        """Write them packed."""
        path.write_bytes(pack(self.digests))


@cache
def known_lines() -> KnownLines:
    """The lines of the whole verse corpus, as the package holds them."""
    raw = files("charbard.corpus.data").joinpath(_OWN).read_bytes()
    return KnownLines(unpack(raw))


def pack(digests: NDArray[np.uint32]) -> bytes:
    """Sorted numbers as deflated gaps: all low bytes, then all high ones.

    A gap too wide for two bytes is bridged by steps of `_WIDEST`.
    """
    gaps = np.diff(digests.astype(np.int64), prepend=0)
    steps = gaps // _WIDEST
    ends = np.cumsum(steps + 1) - 1
    all_gaps = np.full(len(digests) + int(steps.sum()), _WIDEST, np.int64)
    all_gaps[ends] = gaps - steps * _WIDEST
    planes = all_gaps.astype("<u2").view(np.uint8).reshape(-1, 2).T
    return zlib.compress(planes.tobytes(), 9)


def unpack(raw: bytes) -> NDArray[np.uint32]:
    """The numbers that `pack` packed."""
    planes = np.frombuffer(zlib.decompress(raw), np.uint8).reshape(2, -1)
    gaps = np.ascontiguousarray(planes.T).view("<u2").ravel().astype(np.int64)
    numbers: NDArray[np.uint32] = np.cumsum(gaps)[gaps < _WIDEST].astype(np.uint32)
    return numbers


def _digest(line: str) -> int:
    return line_hash(one_spelling(line)) >> 32
