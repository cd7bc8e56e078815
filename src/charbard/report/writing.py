"""Write many texts with a model, in batches, for the statistics of a report."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from charbard.bundle import Bundle
from charbard.config import SampleOptions
from charbard.report.scoring import opening_of
from charbard.runtime import (
    Draws,
    Emit,
    Ids,
    Network,
    Plan,
    Steps,
    Task,
    as_ids,
    draw_after,
    read_ids,
    run,
)
from charbard.runtime.sampling import MEMORY
from charbard.vocab import END, Vocab

__all__ = ["write_records", "write_running"]

Opening = tuple[list[int], str | None]
"""Ids before a text, and the field, if any, whose value the model writes itself."""
_ROWS = 64


def write_records(
    bundle: Bundle,
    network: Network,
    fields: Iterable[Mapping[str, str]],
    *,
    options: SampleOptions,
    seed: int,
    longest: int = 400,
) -> list[str]:
    """Write one unconstrained record for each set of fields.

    If the model learned to choose a field itself and the field is not given, the model writes it.

    Args:
        bundle: A model of records.
        network: Its network.
        fields: Condition fields of each record; missing ones are left open.
        options: How characters are drawn.
        seed: With the record's number, determines every draw.
        longest: Length, in characters, at which an unfinished record is cut off.
    """
    given = list(fields)
    chosen = bundle.chosen_field
    openings = [
        (opening_of(bundle.vocab, each), None if chosen in each else chosen) for each in given
    ]
    allowed = [END, *range(bundle.vocab.first_char, len(bundle.vocab))]
    draws = Draws(options=options, seed=seed, logp=False)
    return _written(bundle, network, openings, as_ids(allowed), draws, longest)


def write_running(
    bundle: Bundle, network: Network, count: int, *, options: SampleOptions, seed: int, length: int
) -> list[str]:
    """Write stretches of running text, each of `length` characters and as if after a line end."""
    opening = bundle.vocab.opening(has_records=False)
    allowed = as_ids(range(bundle.vocab.first_char, len(bundle.vocab)))
    draws = Draws(options=options, seed=seed, logp=False)
    return _written(bundle, network, [(opening, None)] * count, allowed, draws, length)


def _written(
    bundle: Bundle,
    network: Network,
    openings: Sequence[Opening],
    allowed: Ids,
    draws: Draws,
    longest: int,
) -> list[str]:
    """Write one text for each opening; the index of an opening is its sample number."""
    tasks = [
        Task(_text(bundle.vocab, opening, allowed, replace(draws, sample=number), longest))
        for number, opening in enumerate(openings)
    ]
    texts = [""] * len(tasks)
    for index, ids in run(network, tasks, rows=_ROWS):
        texts[index] = bundle.vocab.decode(ids)
    return texts


def _text(vocab: Vocab, opening: Opening, allowed: Ids, draws: Draws, longest: int) -> Steps:
    """Write one text to its end, and then emit all its ids."""
    before, field = opening
    if field is not None:
        announced = vocab.announced(before, field)
        spec = draws.spec(allowed[allowed != END], longest)  # no character uses this step
        outcome = yield from draw_after(announced, spec)
        before = vocab.with_field(before, field, outcome.ids)[len(announced) :]
    yield from read_ids(before[:-1])
    ids, last = list[int](), before[-1]
    while len(ids) < longest:
        outcome = yield Plan((0,), (last,), (draws.spec(allowed, len(ids), ids[-MEMORY:]),))
        last = outcome.ids[0]
        if last == END:
            break
        ids.append(last)
    yield Emit(np.array(ids, np.int32))
