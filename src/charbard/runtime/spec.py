"""Sample specs: what to draw from one row after a step, and the result.

Shape letters: A sample specs.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.runtime.constraint import Ids

__all__ = ["Bias", "Choices", "Guidance", "SampleSpec", "joined", "no_choices"]


class Bias(NamedTuple):
    """Nats added to the scores of some characters, after the temperature is applied.

    An id may occur several times. Minus infinity bars a character, as if it were not allowed.
    """

    ids: Ids
    nats: NDArray[np.float32]


def joined(biases: Sequence[Bias]) -> Bias | None:
    """Concatenate biases in order; return None if none of them names an id."""
    biases = [bias for bias in biases if len(bias.ids)]
    if len(biases) < 2:
        return biases[0] if biases else None
    return Bias(*(np.concatenate(arrays) for arrays in zip(*biases, strict=True)))


class Guidance(NamedTuple):
    """Classifier-free guidance of one row by its twin, the next row of the batch.

    The twin has read the same text after an unconditioned prompt. A character's score moves from
    the twin's log-probability towards the row's own, and beyond it:
    `bare + scale * (conditioned - bare)`, then normalised again.

    Source:
        Ho and Salimans 2022, "Classifier-Free Diffusion Guidance"; for language models, Sanchez et
        al. 2023, "Stay on topic with Classifier-Free Guidance".
    """

    scale: float
    """1 changes no score, but still measures the gain; a larger scale follows the conditions more
    closely."""
    capped: Ids
    """Ids, in any order, whose scores are never raised: characters that the text already has."""


class SampleSpec(NamedTuple):
    """How to draw one character."""

    allowed: Ids
    """The ids to draw from; a single one is certain to be drawn."""
    options: SampleOptions
    seed: int
    sample: int
    step: int
    """The draw's random number depends only on (seed, sample, step)."""
    logp: bool = True
    """Whether to compute all values of `Choices`, not only ids; needs the scores of all symbols."""
    bias: Bias | None = None
    guidance: Guidance | None = None
    """None: the draw uses only the row's own scores. Guidance requires `logp`."""


class Choices(NamedTuple):
    """The draws, one entry for each sample spec; NaN where a value was not requested."""

    ids_A: NDArray[np.int64]
    """Id of the drawn character; -1 where there is no spec, or no id is allowed."""
    logp_A: NDArray[np.float32]
    """The model's own log-probability of the character: no constraint, temperature or filters."""
    log_mass_A: NDArray[np.float32]
    """Log of the total probability of the allowed ids that are not barred, after guidance."""
    log_z_A: NDArray[np.float32]
    """Log of the sum of p^(1 / temperature) over the allowed ids, bias included.

    p is an id's probability. A step adds this number to the log-weight of a particle, whose target
    distribution is the model's probability to that power.
    """
    gain_A: NDArray[np.float32]
    """Nats by which the character is likelier under the conditions than for the row's twin."""


def no_choices(count: int) -> Choices:
    """Return `count` empty entries, to be filled in: ids of -1, and NaN."""
    return Choices(np.full(count, -1), *(np.full(count, np.nan, np.float32) for _ in range(4)))
