"""Free text, character by character: the plainest task."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime.ask import Ask, Bias, Guidance
from charbard.runtime.constraint import Ids
from charbard.runtime.sampling import MEMORY
from charbard.runtime.task import Emit, Plan, Steps, read_ids

__all__ = ["Draws", "Step", "generate", "with_repetition"]


@dataclass(frozen=True, slots=True)
class Step:
    """One written character."""

    char_id: int
    logp: float
    """The model's own log-probability in nats, before anything was banned or filtered."""


@dataclass(frozen=True, kw_only=True)
class Draws:
    """How the characters of one text are drawn."""

    options: SampleOptions
    seed: int
    sample: int = 0
    """Number of this text among those of one request."""
    boost: Bias | None = None
    logp: bool = True
    """Whether the model's own log-probabilities are wanted."""
    guidance: float | None = None
    """How far scores move from an unconditioned twin's; None: there is no twin."""
    capped: frozenset[int] = frozenset()
    """Ids that guidance never raises once they were written lately."""

    def ask(self, allowed: Ids, step: int, recent: Sequence[int] = ()) -> Ask:
        """For the character number `step`, `recent` being the last ones written."""
        bias = self.boost
        if self.options.repetition_penalty and recent:
            bias = with_repetition(bias, recent, self.options.repetition_penalty)
        guidance = None
        if self.guidance is not None:
            written = [char_id for char_id in recent if char_id in self.capped]
            guidance = Guidance(self.guidance, np.array(written, np.int32))
        return Ask(allowed, self.options, self.seed, self.sample, step, self.logp, bias, guidance)


def generate(prime: Sequence[int], allowed: Ids, draws: Draws, *, read: int = 0) -> Steps:
    """Write on from `prime`, at least one id, without end; emits `Step`.

    Args:
        prime: What stands before the text.
        allowed: What may be written, everywhere.
        draws: How.
        read: How many ids of the prime were read already; all but the last at most. With guidance
            all but the last, and the second row has read an unconditioned prompt.
    """
    yield from read_ids(prime[read:-1])
    recent = deque(prime, maxlen=MEMORY)
    twin: tuple[None, ...] = () if draws.guidance is None else (None,)
    rows = range(1 + len(twin))
    for step in count():
        outcome = yield Plan(
            rows, [recent[-1]] * len(rows), (draws.ask(allowed, step, recent), *twin)
        )
        recent.append(outcome.ids[0])
        yield Emit(Step(outcome.ids[0], outcome.logp[0]))


def with_repetition(bias: Bias | None, recent: Sequence[int], penalty: float) -> Bias:
    """Take `penalty` nats off a character for each time it stands in `recent`."""
    ids = np.array(recent, np.int32)
    nats = np.full(len(ids), -penalty, np.float32)
    if bias is None:
        return Bias(ids, nats)
    return Bias(np.concatenate([bias.ids, ids]), np.concatenate([bias.nats, nats]))
