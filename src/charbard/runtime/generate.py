"""One text, character by character: the plainest tasks."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime.ask import Ask, Bias
from charbard.runtime.constraint import Constraint, Ids
from charbard.runtime.sampling import MEMORY
from charbard.runtime.task import Emit, Plan, Steps, read_ids

__all__ = ["Draws", "Step", "constrained", "generate", "with_repetition"]


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

    def ask(self, allowed: Ids, step: int, recent: Sequence[int] = ()) -> Ask:
        """For the character number `step`, `recent` being the last ones written."""
        bias = self.boost
        if self.options.repetition_penalty and recent:
            bias = with_repetition(bias, recent, self.options.repetition_penalty)
        return Ask(allowed, self.options, self.seed, self.sample, step, self.logp, bias)


def generate(prime: Sequence[int], allowed: Ids, draws: Draws) -> Steps:
    """Write on from `prime`, at least one id, without end; emits `Step`. The reader decides when
    to stop."""
    yield from read_ids(prime[:-1])
    recent = deque(prime, maxlen=MEMORY)
    step = 0
    while True:
        outcome = yield Plan((0,), (recent[-1],), (draws.ask(allowed, step, recent),))
        recent.append(outcome.ids[0])
        yield Emit(Step(outcome.ids[0], outcome.logp[0]))
        step += 1


def constrained(prime: Sequence[int], constraint: Constraint[Any], draws: Draws) -> Steps:
    """Write from `prime`, at least one id, until the constraint is done; emits `Step`."""
    yield from read_ids(prime[:-1])
    recent = deque(prime, maxlen=MEMORY)
    state, step = constraint.start(), 0
    while not constraint.is_done(state):
        ask = draws.ask(constraint.allowed(state), step, recent)
        outcome = yield Plan((0,), (recent[-1],), (ask,))
        recent.append(outcome.ids[0])
        yield Emit(Step(outcome.ids[0], outcome.logp[0]))
        state, step = constraint.advance(state, outcome.ids[0]), step + 1


def with_repetition(bias: Bias | None, recent: Sequence[int], penalty: float) -> Bias:
    """Take `penalty` nats off a character for each time it stands in `recent`."""
    ids = np.array(recent, np.int32)
    nats = np.full(len(ids), -penalty, np.float32)
    if bias is None:
        return Bias(ids, nats)
    return Bias(np.concatenate([bias.ids, ids]), np.concatenate([bias.nats, nats]))
