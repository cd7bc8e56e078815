"""The package's own list of held-out lines, as digests.

The list contains the lines of independently chosen test poems, so that models trained without these
lines can be evaluated on the poems. `charbard.corpus.heldout` defines the digest.
"""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

__all__ = ["own_list"]

_OWN = "heldout.blake2b64"


@cache
def own_list() -> NDArray[np.uint64]:
    """Load the digests of the package's own list, in ascending order, from a file of big-endian
    8-byte integers."""
    raw = files("charbard.corpora.data").joinpath(_OWN).read_bytes()
    return np.frombuffer(raw, ">u8").astype(np.uint64)
