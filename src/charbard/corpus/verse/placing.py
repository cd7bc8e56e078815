"""Who is a near-copy of whom, and so who is left out, who trains, who tests.

Of chinese-poetry alone first; then of both sources together, without touching what the first step
said is test or validation, so that figures of old and new models stay comparable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.corpus.split import SIDES, Clusters
from charbard.corpus.verse.candidates import Candidate

__all__ = ["FIXED", "NEAR_COPY", "SHARES", "Placed", "place_core", "place_union"]

SHARES = {"validation": 0.02, "test": 0.02}
"""Of the clusters; the rest trains, but for what is held out."""
NEAR_COPY = 0.75
"""A poem with this share of its lines in another one adds nothing and is left out."""
FIXED = frozenset(("validation", "test"))
"""Splits of chinese-poetry's poems that stay as they are, whatever is added."""
_SPLIT_NAMES = {side: name for name, side in SIDES.items()}


@dataclass(frozen=True)
class Placed:
    """What became of each candidate, in their order."""

    roots: NDArray[np.int64]
    """Index of the first candidate of its cluster."""
    copies: NDArray[np.bool_]
    """Whether it is left out as a near-copy."""
    splits: Sequence[str]


def place_core(found: Sequence[Candidate]) -> Placed:
    """Place the poems of one source.

    A cluster in which one poem has a held-out line is held out whole.
    """
    clusters = _clusters(found)
    roots, sides = clusters.roots, clusters.sides(**SHARES)
    held = np.isin(roots, roots[[candidate.held for candidate in found]])
    splits = [
        "heldout" if is_held else _SPLIT_NAMES[int(side)]
        for is_held, side in zip(held, sides, strict=True)
    ]
    return Placed(roots, clusters.copies(NEAR_COPY), splits)


def place_union(
    found: Sequence[Candidate], core: Placed, same: Sequence[tuple[int, int]]
) -> Placed:
    """Place the poems of two sources.

    Test and validation of the first source stay, and the rest of their clusters is held out; so
    is a cluster with a held-out line. A cluster of the second source alone gets its side as
    before; one that holds a poem which trains, trains.

    Args:
        found: Those of the first source, then those of the second.
        core: How the first source's poems were placed alone.
        same: Pairs (first, second) of what is one poem although few lines are equal.
    """
    clusters = _clusters(found)
    for one, other in same:
        clusters.link(one, other)
    roots, sides = clusters.roots, clusters.sides(**SHARES)
    old = len(core.splits)
    fixed = np.array([split in FIXED for split in core.splits], np.bool_)
    held = np.array([candidate.held for candidate in found], np.bool_)
    held[:old] |= np.array([split == "heldout" for split in core.splits], np.bool_)
    held_out = np.isin(roots, np.union1d(roots[held], roots[:old][fixed]))
    trains = np.isin(roots, roots[:old])
    splits = list(core.splits) + ["train"] * (len(found) - old)
    for place in range(len(found)):
        if place < old and fixed[place]:
            continue
        if held_out[place]:
            splits[place] = "heldout"
        elif not trains[place]:
            splits[place] = _SPLIT_NAMES[int(sides[place])]
    return Placed(roots, _copies(clusters, core, same), splits)


def _copies(clusters: Clusters, core: Placed, same: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Near-copies among all; the first source's stay as they were, the second's yield to them."""
    copies = clusters.copies(NEAR_COPY, settled=core.copies)
    copies[[other for _, other in same]] = True
    return copies


def _clusters(found: Sequence[Candidate]) -> Clusters:
    clusters = Clusters()
    for candidate in found:
        clusters.add(candidate.poem.text.replace("、", ""))
    return clusters
