"""One text, character by character: a generator of facts. Nothing is printed, nothing is kept."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.runtime.model import Model
from charbard.runtime.sampling import MEMORY, choose, filtered, uniform

__all__ = ["Step", "generate"]


@dataclass(frozen=True, slots=True)
class Step:
    """One written character."""

    char_id: int
    logp: float
    """The model's own log-probability in nats, before anything was banned or filtered."""


def generate(
    model: Model,
    prime: Sequence[int],
    options: SampleOptions,
    *,
    banned: NDArray[np.bool_],
    seed: int,
    sample: int = 0,
) -> Iterator[Step]:
    """Write on from `prime`, without end; the caller decides when to stop.

    Args:
        model: The network.
        prime: Ids to read first; at least one.
        options: How to choose.
        banned: (V,) symbols that must not be written.
        seed: Together with `sample` and the number of the step it decides every draw.
        sample: Number of this text among those of one request.
    """
    state = model.start()
    recent: deque[int] = deque(prime[-MEMORY:], maxlen=MEMORY)
    fresh = np.array(prime)[:, None]
    step = 0
    while True:
        features, state = model.read(fresh, state)
        logp_V = model.logp(features[-1, 0])
        char_id = _next(logp_V, options, banned, recent, (seed, sample, step))
        yield Step(char_id, float(logp_V[char_id]))
        recent.append(char_id)
        fresh, step = np.array([[char_id]]), step + 1


def _next(
    logp_V: NDArray[np.float32],
    options: SampleOptions,
    banned: NDArray[np.bool_],
    recent: Sequence[int],
    place: tuple[int, int, int],
) -> int:
    allowed_V = np.where(banned, np.float32(-np.inf), logp_V)
    if options.greedy:
        return int(allowed_V.argmax())
    seed, sample, step = place
    chances = filtered(allowed_V, options, np.array(recent))
    return int(choose(chances[None], uniform(seed, np.array([sample]), step))[0])
