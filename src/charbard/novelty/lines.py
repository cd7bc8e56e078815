"""Test whether a line occurs in the verse corpus, using eight megabytes of digests in the package.

The package has a digest of every corpus line of four characters or more. About one new line in a
thousand is a false positive; a known line is never missed. To find the source of a line, or spans
inside lines, the corpus must be on disk: see `spans`.
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
"""Length of the shortest line that counts, in characters; shorter lines coincide by chance."""
_OWN = "lines.rice"
_ROOM = 1001
"""Number of possible digests per known line, so that one new line in 1,001 is a false positive."""
_BUCKET_BITS = 16
"""Number of low bits of a digest that are stored; the bucket gives the higher bits."""
_PLAIN_BITS = 9
"""Number of low bits of each gap that are stored plainly; the higher bits are stored in unary. This
is the shortest Rice code for gaps that average `_ROOM`."""
_HEAD = np.dtype([("space", "<u8"), ("count", "<u8")])


@dataclass(frozen=True)
class KnownLines:
    """A set of line digests, each an integer below `space`."""

    space: int
    starts: NDArray[np.int64]
    """Start of each bucket in `rests`, and the end of the last bucket."""
    rests: NDArray[np.uint16]
    """Low 16 bits of each digest, in the order of the digests."""

    @classmethod
    def of(cls, lines: Iterable[str]) -> "KnownLines":
        """Build the set from lines, skipping those shorter than `LEAST`."""
        found = (_hash(line) for line in lines if len(line) >= LEAST)
        hashes = np.unique(np.fromiter(found, np.uint64))
        space = max(1, _ROOM * len(hashes))
        # Hashes are reduced modulo a space `_ROOM` times as large as the number of lines, so a
        # random value collides with probability 1 / `_ROOM`.
        return cls.from_digests(np.unique(hashes % np.uint64(space)).astype(np.int64), space)

    @classmethod
    def from_digests(cls, digests: NDArray[np.int64], space: int) -> "KnownLines":
        """Build the set from sorted digests."""
        # There is one more edge than there are buckets; the last bucket may be only partly used.
        edges = np.arange((space >> _BUCKET_BITS) + 2) << _BUCKET_BITS
        # The cast keeps the low 16 bits; the bucket gives the higher ones.
        return cls(space, np.searchsorted(digests, edges), digests.astype(np.uint16))

    @property
    def digests(self) -> NDArray[np.int64]:
        """Return all digests, sorted."""
        buckets = np.arange(len(self.starts) - 1) << _BUCKET_BITS
        return np.repeat(buckets, np.diff(self.starts)) + self.rests.astype(np.int64)

    def hold(self, lines: Sequence[str]) -> NDArray[np.bool_]:
        """Return, for each line (simplified, without marks), whether the set has it. Lines shorter
        than `LEAST` are never in the set."""
        return np.array([len(line) >= LEAST and self._holds(line) for line in lines], bool)

    def _holds(self, line: str) -> bool:
        bucket, rest = divmod(_hash(line) % self.space, 1 << _BUCKET_BITS)
        there = self.rests[self.starts[bucket] : self.starts[bucket + 1]]
        return bool((there == rest).any())

    @property
    def false_positives(self) -> float:
        """Expected share of new lines that are false positives."""
        return len(self.rests) / self.space

    def save(self, path: Path) -> None:
        """Write the set to a file in packed form."""
        path.write_bytes(pack(self))


@cache
def known_lines() -> KnownLines:
    """Load the package's digests of the whole verse corpus."""
    return unpack(files("charbard.novelty.data").joinpath(_OWN).read_bytes())


def pack(known: KnownLines) -> bytes:
    """Pack a header and the gaps between digests: all low bytes, all ninth bits, then the higher
    bits in unary. Only the unary part is compressed."""
    gaps = np.diff(known.digests, prepend=0)
    plain = gaps & ((1 << _PLAIN_BITS) - 1)
    # In unary, the value n is n zeros and a one (2 is 001), so the ones are at the running sums.
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
    """Restore the set from the result of `pack`."""
    ((space, count),) = np.frombuffer(raw, _HEAD, count=1).tolist()
    low_end = _HEAD.itemsize + count
    high_end = low_end + -(-count // 8)
    plain = np.frombuffer(raw[_HEAD.itemsize : low_end], np.uint8).astype(np.uint16)
    above = np.frombuffer(raw[low_end:high_end], np.uint8)
    plain |= np.unpackbits(above, count=count).astype(np.uint16) << 8
    unary = np.unpackbits(np.frombuffer(zlib.decompress(raw[high_end:]), np.uint8))
    # The position of the n-th one, minus n, is the number of zeros before it, which is the sum of
    # all unary values so far. Digests are prefix sums of gaps, so these sums are needed as they
    # are.
    digests = np.flatnonzero(unary.view(np.bool_))
    digests -= np.arange(count)
    digests <<= _PLAIN_BITS
    digests += np.cumsum(plain, dtype=np.int64)
    return KnownLines.from_digests(digests, space)


def _hash(line: str) -> int:
    return line_hash(one_spelling(line))
