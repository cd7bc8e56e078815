"""Decide which candidates are left out as near-duplicates, and the split of all others.

This is decided for chinese-poetry alone first, and then for both sources together without changing
the first source's test and validation splits, so that results of old and new models stay
comparable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.corpora.verse.candidates import Candidate
from charbard.corpus.split import SIDES, Clusters

__all__ = ["FIXED", "NEAR_COPY", "SHARES", "Placed", "place_core", "place_union"]

SHARES = {"validation": 0.02, "test": 0.02}
"""Shares of the clusters; the rest trains, except for what is held out."""
NEAR_COPY = 0.75
"""Share of its lines that occur in another poem, from which a poem is left out as redundant."""
FIXED = frozenset(("validation", "test"))
"""Splits of chinese-poetry's poems that never change, whatever is added."""
_SPLIT_NAMES = {side: name for name, side in SIDES.items()}


@dataclass(frozen=True)
class Placed:
    """The placement of each candidate, in candidate order."""

    roots: NDArray[np.int64]
    """Index of the first candidate of each one's cluster."""
    copies: NDArray[np.bool_]
    """Whether each candidate is left out as a near-duplicate."""
    splits: Sequence[str]


def place_core(found: Sequence[Candidate]) -> Placed:
    """Place the poems of one source.

    A cluster is held out as a whole if one of its poems has a held-out line.
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

    Test and validation poems of the first source keep their splits, and the rest of their clusters
    is held out; so is any cluster with a held-out line. Other clusters train if one of their poems
    already trains; those of the second source alone get a split by hash, as in `place_core`.

    Args:
        found: Candidates of the first source, then those of the second.
        core: Placement of the first source's poems alone.
        same: Pairs (first, second) of the same poem in versions with few equal lines.
    """
    clusters = _clusters(found)
    for one, other in same:
        clusters.link(one, other)
    # 1) Decisions made for the first source alone, which its published splits depend on.
    roots, sides = clusters.roots, clusters.sides(**SHARES)
    old = len(core.splits)
    fixed = np.array([split in FIXED for split in core.splits], np.bool_)
    held = np.array([candidate.held for candidate in found], np.bool_)
    held[:old] |= np.array([split == "heldout" for split in core.splits], np.bool_)
    # 2) A near-duplicate of a test, validation or held-out poem must not be trained on: its whole
    #    cluster is held out.
    held_out = np.isin(roots, np.union1d(roots[held], roots[:old][fixed]))
    # 3) A cluster with poems of the first source already trains there; only new clusters get a
    #    split by hash.
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
    """Mark near-duplicates: first-source decisions stand, and second-source poems yield to them."""
    copies = clusters.copies(NEAR_COPY, settled=core.copies)
    # The second source's better text replaces the first one's (`corrected`), so it is not kept
    # twice.
    copies[[other for _, other in same]] = True
    return copies


def _clusters(found: Sequence[Candidate]) -> Clusters:
    clusters = Clusters()
    for candidate in found:
        # A pause is not a line end here: sources disagree about pauses.
        clusters.add(candidate.poem.text.replace("、", ""))
    return clusters
