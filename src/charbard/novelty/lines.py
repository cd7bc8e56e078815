"""Membership test for lines of the verse corpus, from the package alone, in eight megabytes.

The package holds a digest of every line of four characters or more. About one new line in a
thousand is a false positive; a known line is never missed. Sources of lines, and shorter spans,
need the corpus on disk: see `spans`.
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
"""Shortest line that counts, in characters: shorter ones coincide by chance."""
_OWN = "lines.rice"
_ROOM = 1001
"""Size of the digest space per line: one in this many new lines is a false positive."""
_BUCKET_BITS = 16
"""Digests are bucketed by their high bits, so that the rest fits in two bytes each."""
_PLAIN_BITS = 9
"""Number of low bits of each gap that are stored plainly; the rest is in unary. This is a Rice
code, the shortest one for gaps that average `_ROOM`."""
_HEAD = np.dtype([("space", "<u8"), ("count", "<u8")])


@dataclass(frozen=True)
class KnownLines:
    """A set of line digests, each an integer below `space`."""

    space: int
    starts: NDArray[np.int64]
    """Start of each bucket, and the end of the last one."""
    rests: NDArray[np.uint16]
    """Low bits of each digest, in order of the digests."""

    @classmethod
    def of(cls, lines: Iterable[str]) -> "KnownLines":
        """Build the set from lines, skipping those shorter than `LEAST`."""
        found = (_hash(line) for line in lines if len(line) >= LEAST)
        hashes = np.unique(np.fromiter(found, np.uint64))
        space = max(1, _ROOM * len(hashes))
        # Hashes modulo a space `_ROOM` times the number of lines: a random value is taken with
        # probability 1 / `_ROOM`.
        return cls.from_digests(np.unique(hashes % np.uint64(space)).astype(np.int64), space)

    @classmethod
    def from_digests(cls, digests: NDArray[np.int64], space: int) -> "KnownLines":
        """Build the set from sorted digests."""
        # One edge more than there are buckets, the last of which may be only partly used.
        edges = np.arange((space >> _BUCKET_BITS) + 2) << _BUCKET_BITS
        # The cast keeps the low 16 bits; the bucket holds the others.
        return cls(space, np.searchsorted(digests, edges), digests.astype(np.uint16))

    @property
    def digests(self) -> NDArray[np.int64]:
        """Return all digests, sorted."""
        buckets = np.arange(len(self.starts) - 1) << _BUCKET_BITS
        return np.repeat(buckets, np.diff(self.starts)) + self.rests.astype(np.int64)

    def hold(self, lines: Sequence[str]) -> NDArray[np.bool_]:
        """Return, for each simplified line without marks, whether it is known; too short ones never
        are."""
        return np.array([len(line) >= LEAST and self._holds(line) for line in lines], bool)

    def _holds(self, line: str) -> bool:
        bucket, rest = divmod(_hash(line) % self.space, 1 << _BUCKET_BITS)
        there = self.rests[self.starts[bucket] : self.starts[bucket + 1]]
        return bool((there == rest).any())

    @property
    def false_positives(self) -> float:
        """Share of new lines that are false positives."""
        return len(self.rests) / self.space

    def save(self, path: Path) -> None:
        """Write the set in packed form."""
        path.write_bytes(pack(self))


@cache
def known_lines() -> KnownLines:
    """Load the lines of the whole verse corpus, as shipped with the package."""
    return unpack(files("charbard.novelty.data").joinpath(_OWN).read_bytes())


def pack(known: KnownLines) -> bytes:
    """Pack the gaps between digests: low bytes, then the bits above them, then the rest in
    unary."""
    gaps = np.diff(known.digests, prepend=0)
    plain = gaps & ((1 << _PLAIN_BITS) - 1)
    # Unary: n zeros and a one for the value n (2 is 001), so the ones are at the running sums.
    ends = np.cumsum((gaps >> _PLAIN_BITS) + 1) - 1
    unary = np.zeros(int(ends[-1]) + 1 if len(ends) else 0, np.uint8)
    unary[ends] = 1
    parts = (
        np.array([(known.space, len(gaps))], _HEAD).tobytes(),
        plain.astype(np.uint8).tobytes(),
        np.packbits((plain >> 8).astype(np.uint8)).tobytes(),
        zlib.compress(np.packbits(unary).tobytes(), 9),
    )
    return b"".join(parts)


def unpack(raw: bytes) -> KnownLines:
    """Unpack the result of `pack`."""
    ((space, count),) = np.frombuffer(raw, _HEAD, count=1).tolist()
    low_end = _HEAD.itemsize + count
    high_end = low_end + -(-count // 8)
    plain = np.frombuffer(raw[_HEAD.itemsize : low_end], np.uint8).astype(np.uint16)
    above = np.frombuffer(raw[low_end:high_end], np.uint8)
    plain |= np.unpackbits(above, count=count).astype(np.uint16) << 8
    unary = np.unpackbits(np.frombuffer(zlib.decompress(raw[high_end:]), np.uint8))
    # The position of the n-th one, less n, is the number of zeros before it: the sum of all unary
    # values so far. That is already the prefix sum over gaps which the digests need.
    digests = np.flatnonzero(unary.view(np.bool_))
    digests -= np.arange(count)
    digests <<= _PLAIN_BITS
    digests += np.cumsum(plain, dtype=np.int64)
    return KnownLines.from_digests(digests, space)


def _hash(line: str) -> int:
    return line_hash(one_spelling(line))
