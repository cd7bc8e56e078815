"""A logit bias towards characters parallel (对仗) to those above, where a form requires it."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from charbard.prosody.machine import Machine
from charbard.runtime import Bias, BiasRule
from charbard.vocab import Vocab
from charbard.writer.verse.bias import bias_of
from charbard.writer.verse.parallel import partners
from charbard.writer.verse.ranking import facing_lines
from charbard.writer.verse.request import Request

__all__ = ["towards_parallel"]

_STRENGTH = 0.5
"""Nats added for each nat of mutual information with the character above."""


def towards_parallel(request: Request) -> tuple[BiasRule, ...]:
    """Return the bias rule for couplets that should be parallel; empty if the form has none."""
    machine = request.machine
    spans = machine.spans
    # Which couplets should be parallel depends on lengths alone; nothing is written yet.
    bodies = ["x" * (span.stop - span.start) for span in spans]
    above = dict(_faced(machine, facing_lines(request.form.kind, bodies)))
    if not above or request.form.kind not in ("近体诗", "对联"):
        return ()
    bias_to = _biases(machine.lexicon.vocab)

    def rule(ids: Sequence[int]) -> Bias | None:
        faced = above.get(len(ids))
        return None if faced is None else bias_to(ids[faced])

    return (rule,)


def _faced(machine: Machine, pairs: Sequence[tuple[int, int]]) -> Mapping[int, int]:
    """Return, for each place in the lower line of a couplet, the place above it."""
    spans = machine.spans
    found = {}
    for upper, lower in pairs:
        for at, faced in zip(
            range(spans[lower].start, spans[lower].stop),
            range(spans[upper].start, spans[upper].stop),
            strict=False,
        ):
            if machine.slots[at].place is not None and machine.slots[faced].place is not None:
                found[at] = faced
    return found


@cache
def _biases(vocab: Vocab) -> Callable[[int], Bias]:
    """Return a cached function from the id of an upper character to the bias on the lower one."""

    @cache
    def bias_to(char_id: int) -> Bias:
        return bias_of(
            {
                below_id: nats * _STRENGTH
                for below, nats in partners(vocab.symbols[char_id]).items()
                # Only above 0: a pair that is rarer than chance still occurs, and must not rank
                # below the pairs that never occur, which get no bias.
                if nats > 0 and (below_id := vocab.id_of(below)) is not None
            }
        )

    return bias_to
