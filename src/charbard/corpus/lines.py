"""Does a line stand in the verse corpus? Answered from the package alone, in eight megabytes.

The package holds a digest of every line of four characters and more, spread so thinly that a line
that is new is taken for a known one about once in a thousand times; a known line is never missed.
What a line's source is, and shorter spans, only `spans` can tell, with the corpus on disk.
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
_OWN = "lines.rice"
_ROOM = 1001
"""Numbers to choose from for each digest: one new line in as many is taken for a known one."""
_BUCKET_BITS = 16
"""Digests are kept by their high bits, so that two bytes each are enough in memory."""
_PLAIN_BITS = 9
"""Of the gap between two digests these are written as they are, and what is above them in unary: a
Rice code, the shortest for gaps of `_ROOM` on average."""
_HEAD = np.dtype([("space", "<u8"), ("count", "<u8")])


@dataclass(frozen=True)
class KnownLines:
    """Digests of lines: numbers below `space`."""

    space: int
    starts: NDArray[np.int64]
    """Where the digests of each bucket begin, and after the last one where they end."""
    rests: NDArray[np.uint16]
    """Low bits of each digest, in the order of the digests."""

    @classmethod
    def of(cls, lines: Iterable[str]) -> "KnownLines":
        """Take in lines; those shorter than `LEAST` are passed over."""
        found = (_hash(line) for line in lines if len(line) >= LEAST)
        hashes = np.unique(np.fromiter(found, np.uint64))
        space = max(1, _ROOM * len(hashes))
        return cls.from_digests(np.unique(hashes % np.uint64(space)).astype(np.int64), space)

    @classmethod
    def from_digests(cls, digests: NDArray[np.int64], space: int) -> "KnownLines":
        """Put sorted digests in buckets."""
        edges = np.arange((space >> _BUCKET_BITS) + 2) << _BUCKET_BITS
        return cls(space, np.searchsorted(digests, edges), digests.astype(np.uint16))

    @property
    def digests(self) -> NDArray[np.int64]:
        """All of them, sorted."""
        buckets = np.arange(len(self.starts) - 1) << _BUCKET_BITS
        return np.repeat(buckets, np.diff(self.starts)) + self.rests.astype(np.int64)

    def hold(self, lines: Sequence[str]) -> NDArray[np.bool_]:
        """For each simplified line without marks, whether it is known; too short ones are not."""
        return np.array([len(line) >= LEAST and self._holds(line) for line in lines], bool)

    def _holds(self, line: str) -> bool:
        bucket, rest = divmod(_hash(line) % self.space, 1 << _BUCKET_BITS)
        there = self.rests[self.starts[bucket] : self.starts[bucket + 1]]
        return bool((there == rest).any())

    @property
    def false_positives(self) -> float:
        """Share of new lines that are taken for known ones."""
        return len(self.rests) / self.space

    def save(self, path: Path) -> None:
        """Write them packed."""
        path.write_bytes(pack(self))


@cache
def known_lines() -> KnownLines:
    """The lines of the whole verse corpus, as the package holds them."""
    return unpack(files("charbard.corpus.data").joinpath(_OWN).read_bytes())


def pack(known: KnownLines) -> bytes:
    """The gaps between digests: low bytes, then the bits above them, then the rest in unary."""
    gaps = np.diff(known.digests, prepend=0)
    plain = gaps & ((1 << _PLAIN_BITS) - 1)
    ends = np.cumsum((gaps >> _PLAIN_BITS) + 1) - 1  # a rest of 2 is 001
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
    """What `pack` packed."""
    ((space, count),) = np.frombuffer(raw, _HEAD, count=1).tolist()
    low_end = _HEAD.itemsize + count
    high_end = low_end + -(-count // 8)
    plain = np.frombuffer(raw[_HEAD.itemsize : low_end], np.uint8).astype(np.uint16)
    above = np.frombuffer(raw[low_end:high_end], np.uint8)
    plain |= np.unpackbits(above, count=count).astype(np.uint16) << 8
    unary = np.unpackbits(np.frombuffer(zlib.decompress(raw[high_end:]), np.uint8))
    # Before the n-th one stand n ones and as many zeros as all rests so far add up to.
    digests = np.flatnonzero(unary.view(np.bool_))
    digests -= np.arange(count)
    digests <<= _PLAIN_BITS
    digests += np.cumsum(plain, dtype=np.int64)
    return KnownLines.from_digests(digests, space)


def _hash(line: str) -> int:
    return line_hash(one_spelling(line))
