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
    """Nats added to the score of some characters after the temperature; an id may come twice.

    Minus infinity bars a character, as if it were not allowed.
    """

    ids: Ids
    nats: NDArray[np.float32]


def joined(biases: Sequence[Bias]) -> Bias | None:
    """Join biases, in their order; None if none of them names an id."""
    biases = [bias for bias in biases if len(bias.ids)]
    if len(biases) < 2:
        return biases[0] if biases else None
    return Bias(*(np.concatenate(arrays) for arrays in zip(*biases, strict=True)))


class Guidance(NamedTuple):
    """Classifier-free guidance of one row by its twin, the next row that is read.

    The twin has read the same text after an unconditioned prompt. A character's score moves from
    the twin's log-probability towards the row's own, and beyond it:
    `bare + scale * (conditioned - bare)`, normalised anew.

    Source:
        Ho and Salimans 2022, "Classifier-Free Diffusion Guidance"; for language models, Sanchez et
        al. 2023, "Stay on topic with Classifier-Free Guidance".
    """

    scale: float
    """1 changes no score, but still measures the gain; larger listens more to the conditions."""
    capped: Ids
    """Ids whose score is never raised, in any order: what a text has said already."""


class SampleSpec(NamedTuple):
    """How to draw one character."""

    allowed: Ids
    """The ids it may be; a single one is taken without drawing."""
    options: SampleOptions
    seed: int
    sample: int
    step: int
    """The draw depends on (seed, sample, step) alone."""
    logp: bool = True
    """Whether to compute `Choices.logp` and `log_mass`, which need the scores of all symbols."""
    bias: Bias | None = None
    guidance: Guidance | None = None
    """None: the row is drawn from its own scores alone. Guidance requires `logp`."""


class Choices(NamedTuple):
    """The draws, one entry for each sample spec; NaN where a value was not requested."""

    ids_A: NDArray[np.int64]
    """The character; -1 where there is no spec, or nothing is allowed."""
    logp_A: NDArray[np.float32]
    """The model's own log-probability of it: before constraint, temperature and filters."""
    log_mass_A: NDArray[np.float32]
    """Log of the probability p that the model, guided if it is, gives to all allowed ids
    together."""
    log_z_A: NDArray[np.float32]
    """Log of the sum of p^(1 / temperature) over the allowed ids, bias included: what a step adds
    to the weight of a particle whose target is the model's probability to that power."""
    gain_A: NDArray[np.float32]
    """Nats by which the conditions make the character likelier than the row's twin finds it."""


def no_choices(count: int) -> Choices:
    """Return empty entries, to be filled."""
    return Choices(np.full(count, -1), *(np.full(count, np.nan, np.float32) for _ in range(4)))
