"""Decide which candidates are left out as near-duplicates, and the split of all other candidates.

The decisions are made for chinese-poetry alone first, and then for both sources together. The
second step does not change the test and validation splits of chinese-poetry, so that results of old
and new models stay comparable.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.corpora.verse.candidates import Candidate
from charbard.corpus.split import SIDES, Clusters

__all__ = ["FIXED", "NEAR_COPY", "SHARES", "Placed", "place_core", "place_union"]

SHARES = {"validation": 0.02, "test": 0.02}
"""Shares of the clusters in each split; the rest is for training, except clusters that are held
out."""
NEAR_COPY = 0.75
"""Minimum share of a poem's lines that occur in another poem, for it to be left out as
redundant."""
FIXED = frozenset(("validation", "test"))
"""Splits that keep their poems from chinese-poetry, whatever other poems are added."""
_SPLIT_NAMES = {side: name for name, side in SIDES.items()}


@dataclass(frozen=True)
class Placed:
    """The cluster and the split of each candidate, in the order of the candidates."""

    roots: NDArray[np.int64]
    """For each candidate, the index of the first candidate in its cluster."""
    copies: NDArray[np.bool_]
    """For each candidate, whether it is left out as a near-duplicate."""
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

    Test and validation poems of the first source keep their splits. The other poems of their
    clusters are held out, and so is every cluster with a held-out line. Of the remaining clusters,
    those with a poem of the first source are for training; all others get a split by hash, as in
    `place_core`.

    Args:
        found: Candidates of the first source, then those of the second.
        core: Placement of only the first source's poems.
        same: Pairs of indices (first source, second source) of versions of the same poem, which may
            have few equal lines.
    """
    clusters = _clusters(found)
    for one, other in same:
        clusters.link(one, other)
    # 1) Take over the decisions for the first source alone, whose splits are published.
    roots, sides = clusters.roots, clusters.sides(**SHARES)
    old = len(core.splits)
    fixed = np.array([split in FIXED for split in core.splits], np.bool_)
    held = np.array([candidate.held for candidate in found], np.bool_)
    held[:old] |= np.array([split == "heldout" for split in core.splits], np.bool_)
    # 2) A near-duplicate of a test, validation or held-out poem must not be trained on, so the
    #    whole cluster is held out.
    held_out = np.isin(roots, np.union1d(roots[held], roots[:old][fixed]))
    # 3) Any other cluster with a poem of the first source is already used for training; only new
    #    clusters get a split by hash.
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
    """Return a mask of the records to leave out: near-duplicates, and the second of each pair in
    `same`. Near-duplicates that were settled in `core` are not judged again."""
    copies = clusters.copies(NEAR_COPY, settled=core.copies)
    # `corrected` puts the second source's better text into the first source's record, so the second
    # record is left out.
    copies[[other for _, other in same]] = True
    return copies


def _clusters(found: Sequence[Candidate]) -> Clusters:
    clusters = Clusters()
    for candidate in found:
        # Pauses do not separate lines here, because the sources disagree about pauses.
        clusters.add(candidate.poem.text.replace("、", ""))
    return clusters
