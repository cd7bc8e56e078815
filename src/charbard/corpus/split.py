"""Split records into training, validation and test, keeping near-duplicates on one side.

Two records are near-duplicates if they share at least half of the lines of the shorter record. A
whole cluster of near-duplicates goes to one side. A hash of the cluster's first record selects the
side. So the split is reproducible, and adding records moves only the clusters that they join.
"""

import re
from array import array
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

__all__ = ["SIDES", "TEST", "TRAIN", "VALIDATION", "Clusters", "line_hash", "lines_in", "side_of"]

TRAIN, VALIDATION, TEST = 0, 1, 2
SIDES = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
"""Side for each value of a record's split field."""
_LINE_ENDS = re.compile(r"[\n，。！？；：、,.!?;:\s]+")
_MOST_COMMON = 32
"""A line in more records than this, such as a refrain, does not show that two records are alike."""


class Clusters:
    """Collects the lines of records, then finds clusters of near-duplicates."""

    def __init__(self) -> None:
        # Flat arrays of machine words: ten million records would be too many Python objects.
        self._hashes, self._sizes, self._firsts = array("Q"), array("q"), array("Q")
        self._links: list[tuple[int, int]] = []

    def add(self, text: str) -> None:
        """Add the text of the next record."""
        lines = lines_in(text)
        hashes = set(map(line_hash, lines))
        self._firsts.append(line_hash("".join(lines)))
        self._sizes.append(len(hashes))
        self._hashes.extend(hashes)

    def link(self, one: int, other: int) -> None:
        """Join two records that are known to be the same, whatever lines they have."""
        self._links.append((one, other))

    def __len__(self) -> int:
        return len(self._sizes)

    @cached_property
    def _near(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(pairs (earlier, later) of near-duplicates, number of lines that each pair shares)."""
        if not len(self._hashes):
            return np.empty((0, 2), np.int64), np.empty(0, np.int64)
        return _near_pairs(np.frombuffer(self._hashes, np.uint64), self.sizes)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Return the number of distinct lines of each record."""
        return np.frombuffer(self._sizes, np.int64)

    @cached_property
    def roots(self) -> NDArray[np.int64]:
        """Return, for each record, the index of the first record of its cluster."""
        roots = np.arange(len(self))
        for earlier, later in (*self._near[0], *self._links):
            _join(roots, int(earlier), int(later))
        # Pointer jumping: every pass halves the distance of each record to its root.
        while (higher := roots[roots]).tobytes() != roots.tobytes():
            roots = higher
        return roots

    def copies(
        self, share: float, *, settled: NDArray[np.bool_] | None = None
    ) -> NDArray[np.bool_]:
        """Of two records that share enough lines, mark the shorter, or the later if equally long.

        A record is not marked for its likeness to a record that is already marked.

        Args:
            share: Minimum share of the shorter record's distinct lines.
            settled: For the first records, whether each is a copy. These decisions are final, and a
                later record that shares enough lines with a settled one is its copy, even if the
                later record is longer.
        """
        copy = np.zeros(len(self), np.bool_)
        old = 0 if settled is None else len(settled)
        if settled is not None:
            copy[:old] = settled
        for (earlier, later), shared in zip(*self._near, strict=True):
            if later < old:  # both are settled
                continue
            # The later record is the copy, unless the earlier one is shorter and not settled.
            shorter, other = (
                (earlier, later)
                if self.sizes[earlier] < self.sizes[later] and earlier >= old
                else (later, earlier)
            )
            if shared >= share * min(self.sizes[shorter], self.sizes[other]) and not copy[other]:
                copy[shorter] = True
        return copy

    def sides(self, *, validation: float, test: float) -> NDArray[np.uint8]:
        """Return `TRAIN`, `VALIDATION` or `TEST` for each record."""
        firsts = np.frombuffer(self._firsts, np.uint64)[self.roots]
        return np.array(
            [side_of(int(first), validation=validation, test=test) for first in firsts], np.uint8
        )


def side_of(hash_value: int, *, validation: float, test: float) -> int:
    """Return the side of a cluster, given the 64-bit hash of its first record."""
    share = hash_value / 2**64
    if share < validation:
        return VALIDATION
    return TEST if share < validation + test else TRAIN


def lines_in(text: str) -> list[str]:
    r"""Split a text at whitespace and at common Chinese and ASCII punctuation, dropping the
    separators.

    >>> lines_in("梦回、酒醒。\nla la, la")
    ['梦回', '酒醒', 'la', 'la', 'la']
    """
    return [line for line in _LINE_ENDS.split(text) if line]


def line_hash(line: str) -> int:
    """Return the BLAKE2b digest (8 bytes, unkeyed) of a line's UTF-8 as a big-endian integer."""
    return int.from_bytes(blake2b(line.encode(), digest_size=8).digest(), "big")


def _near_pairs(
    hashes: NDArray[np.uint64], sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (pairs (earlier, later) of near-duplicates, number of lines that each pair shares)."""
    # 1) Sort all lines by hash, then by record. So the records that have one line are adjacent, and
    #    `rank` counts them from 0.
    owners = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((owners, hashes))
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1]])
    lengths = np.diff(np.r_[starts, len(hashes)])
    rank = np.arange(len(hashes)) - np.repeat(starts, lengths)
    length_of = np.repeat(lengths, lengths)
    # 2) Pair the records that share a line, unless it is too common: all pairs at distance 1, then
    #    2, ... A common line would give quadratically many pairs without meaning.
    found = []
    for gap in range(1, _MOST_COMMON):
        later = np.flatnonzero((rank >= gap) & (length_of <= _MOST_COMMON))
        if not later.size:
            break
        found.append(np.stack([owners[later - gap], owners[later]], axis=1))
    # 3) Records that consist of a single common line are near-duplicates nevertheless.
    common = lengths > _MOST_COMMON
    found += [
        _equal_names(owners[start : start + length], sizes)
        for start, length in zip(starts[common], lengths[common], strict=True)
    ]
    if not found:
        return np.empty((0, 2), np.int64), np.empty(0, np.int64)
    # 4) A pair appears once for each shared line, so its count is the number of shared lines.
    pairs, shared = np.unique(np.concatenate(found), axis=0, return_counts=True)
    near = 2 * shared >= np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]])
    return pairs[near], shared[near]


def _equal_names(owners: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pair the records whose only line is this common line, each with the first such record."""
    single = owners[sizes[owners] == 1]
    return np.stack([np.repeat(single[:1], max(0, len(single) - 1)), single[1:]], axis=1)


def _join(roots: NDArray[np.int64], a: int, b: int) -> None:
    """Join two clusters of a union-find structure; the smaller root becomes the root of both."""
    a, b = _root(roots, a), _root(roots, b)
    # The smaller index becomes the root, so a root is always the first record of its cluster.
    roots[max(a, b)] = min(a, b)


def _root(roots: NDArray[np.int64], index: int) -> int:
    while roots[index] != index:
        roots[index] = roots[roots[index]]
        index = int(roots[index])
    return index
