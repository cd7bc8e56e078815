"""Generate free text character by character: the simplest task."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime.constraint import NO_IDS, Constraint, Ids
from charbard.runtime.sampling import MEMORY
from charbard.runtime.spec import Bias, Guidance, SampleSpec, joined
from charbard.runtime.task import Emit, Plan, Steps, read_ids

__all__ = ["Draws", "Step", "generate"]


@dataclass(frozen=True, slots=True)
class Step:
    """One written character."""

    char_id: int
    logp: float
    """The model's own log-probability in nats, before bans and filters."""


@dataclass(frozen=True, kw_only=True)
class Draws:
    """How the characters of one text are drawn."""

    options: SampleOptions
    seed: int
    sample: int = 0
    """Number of this text among the texts of one request."""
    boost: Bias | None = None
    logp: bool = True
    """Whether the model's own log-probabilities are wanted."""
    guidance: float | None = None
    """Scale of guidance, which moves scores away from the twin's; None: there is no twin."""
    capped: frozenset[int] = frozenset()
    """Ids whose scores guidance never raises while they are among the last ids written."""

    def spec(
        self, allowed: Ids, step: int, recent: Sequence[int] = (), barred: Ids = NO_IDS
    ) -> SampleSpec:
        """Return the sample spec of character number `step`.

        Args:
            allowed: Ids that may be written.
            step: Number of the character.
            recent: The last ids written, for the frequency penalty and for `capped`.
            barred: Ids among the allowed ones that must not be written here.
        """
        bias = self.boost
        penalty = self.options.frequency_penalty if recent else 0.0
        if len(barred) or penalty:  # most texts have neither, and this runs for every character
            bias = joined([*_given(bias), _barring(barred), _frequency(recent, penalty)])
        guidance = None
        if self.guidance is not None:
            written = [char_id for char_id in recent if char_id in self.capped]
            guidance = Guidance(self.guidance, np.array(written, np.int32))
        return SampleSpec(
            allowed, self.options, self.seed, self.sample, step, self.logp, bias, guidance
        )


def generate(
    prompt: Sequence[int], constraint: Constraint[Any], draws: Draws, *, read: int = 0
) -> Steps:
    """Continue a prompt of at least one id endlessly; emit a `Step` for each character.

    This is not `decode` with a single draft: see "Two loops, one protocol" in docs/architecture.md.

    Args:
        prompt: Ids that the network reads before the text.
        constraint: State machine that says what may be written; it starts after the prompt.
        draws: How characters are drawn.
        read: Number of the prompt's ids that the row has already read, at most all but the last.
            With guidance it must be all but the last, and the second row must have read the
            unconditioned prompt except for its last id.
    """
    yield from read_ids(prompt[read:-1])
    # The prompt counts as written, so the penalty also keeps a text from repeating the prompt.
    recent = deque(prompt, maxlen=MEMORY)
    twin: tuple[None, ...] = () if draws.guidance is None else (None,)
    rows = range(1 + len(twin))
    state = constraint.start()
    for step in count():
        allowed, barred = constraint.choices(state)
        spec = draws.spec(allowed, step, recent, barred)
        outcome = yield Plan(rows, [recent[-1]] * len(rows), (spec, *twin))
        char_id = outcome.ids[0]
        recent.append(char_id)
        state = constraint.advance(state, char_id)
        yield Emit(Step(char_id, outcome.logp[0]))


def _given(bias: Bias | None) -> tuple[Bias, ...]:
    return () if bias is None else (bias,)


def _barring(ids: Ids) -> Bias:
    """Return a bias that bars ids."""
    return Bias(ids, np.full(len(ids), -np.inf, np.float32))


def _frequency(recent: Sequence[int], penalty: float) -> Bias:
    """Return a bias that takes `penalty` nats off a character for each occurrence in `recent`."""
    ids = np.array(recent if penalty else (), np.int32)
    return Bias(ids, np.full(len(ids), -penalty, np.float32))
