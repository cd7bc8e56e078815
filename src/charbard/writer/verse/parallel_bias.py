"""A slight lean towards characters that answer the line above, where a form wants 对仗."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from charbard.prosody.machine import Machine
from charbard.runtime import Bias, Lean
from charbard.vocab import Vocab
from charbard.writer.verse.bias import bias_of
from charbard.writer.verse.parallel import partners
from charbard.writer.verse.ranking import facing_lines
from charbard.writer.verse.request import Request

__all__ = ["answering"]

_STRENGTH = 0.5
"""Nats added for each nat of mutual information with the character above."""


def answering(request: Request) -> tuple[Lean, ...]:
    """For the lower lines of couplets that should be parallel; empty if the form has none."""
    machine = request.machine
    spans = machine.spans
    bodies = ["x" * (span.stop - span.start) for span in spans]
    above = dict(_faced(machine, facing_lines(request.form.kind, bodies)))
    if not above or request.form.kind not in ("近体诗", "对联"):
        return ()
    lean_to = _leans(machine.lexicon.vocab)

    def lean(ids: Sequence[int]) -> Bias | None:
        faced = above.get(len(ids))
        return None if faced is None else lean_to(ids[faced])

    return (lean,)


def _faced(machine: Machine, pairs: Sequence[tuple[int, int]]) -> Mapping[int, int]:
    """For each place of the text the one in the line above it, if the two are a couplet."""
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
def _leans(vocab: Vocab) -> Callable[[int], Bias]:
    """For a character above, ids to lean towards and by how many nats; each worked out once."""

    @cache
    def lean_to(char_id: int) -> Bias:
        return bias_of(
            {
                below_id: nats * _STRENGTH
                for below, nats in partners(vocab.symbols[char_id]).items()
                if nats > 0 and (below_id := vocab.id_of(below)) is not None
            }
        )

    return lean_to
