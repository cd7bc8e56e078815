"""A linear probe of the network's features: how would a reader grade this poem?

Readers graded poems of the shipped model blind. Which poems they prefer among those on one title
shows in the mean of the features from which a poem's characters were drawn, and far better than in
its probability (benchmarks/models.md). `scripts/build_probe.py` fits the probe to their grades.

The weights belong to one network: for any other the probe says nothing.

Source:
    Linear probes: Alain, Bengio 2016, "Understanding intermediate layers using linear classifier
    probes". Choosing among samples by a model of the readers' judgement: Stiennon et al. 2020,
    "Learning to summarize from human feedback".
"""

from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.runtime import Probe

__all__ = ["probe_for"]


def probe_for(bundle: Bundle) -> Probe | None:
    """Return the probe of a model's features; None if none was fitted to this model.

    The mean of what it reads before each character of a poem is an estimate of the poem's grade, on
    a scale from 1 to 5, less the mean grade of poems in the same form on the same title.
    """
    digest, weights_P, offset = _fitted()
    if bundle.digest != digest:
        return None

    def probe(features_RP: NDArray[np.float32]) -> NDArray[np.float64]:
        # Products summed row by row, not by BLAS, whose sums depend on the number of rows: a draft
        # must have the same score in any batch.
        read_R: NDArray[np.float64] = (features_RP * weights_P).sum(axis=1)
        return read_R - offset

    return probe


@cache
def _fitted() -> tuple[str, NDArray[np.float64], float]:
    """Load the digest of the model, the weights, and what the weights give for the mean poem."""
    with as_file(files("charbard.writer.data") / "probe.npz") as path, np.load(path) as held:
        return str(held["digest"]), held["weights_P"].astype(np.float64), float(held["offset"])
