"""Tasks that read instead of write: how likely a given text is, and what else could stand in it."""

from collections.abc import Sequence

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime import Ask, Emit, Network, Plan, Steps, as_ids, read_ids
from charbard.runtime.constraint import Ids
from charbard.runtime.model import log_softmax

__all__ = ["read_alternatives", "read_scored"]

_PLAIN = SampleOptions()


def read_scored(prime: Sequence[int], ids: Sequence[int]) -> Steps:
    """Read a text behind what stands before it; emits the log-probability of each id, in nats."""
    yield from read_ids(prime[:-1])
    reads, logp = [prime[-1], *ids], []
    for step, char_id in enumerate(ids):
        outcome = yield Plan((0,), (reads[step],), (_known(char_id, step),))
        logp.append(outcome.logp[0])
    yield Emit(tuple(logp))


def read_alternatives(
    network: Network, prime: Sequence[int], ids: Sequence[int], allowed: Ids, *, at: int, most: int
) -> Steps:
    """Try the likeliest characters at one place, with all that stands before and behind it.

    Args:
        network: What the task will run on.
        prime: What the model reads before the text.
        ids: The text.
        allowed: What may stand at the place.
        at: Number of the place.
        most: How many to try, and rows the task needs.

    Emits:
        A list of (id, log-probability there, log-probability of all behind it), in nats.
    """
    reads = [*prime, *ids[:at]]
    yield from read_ids(reads[:-1])
    outcome = yield Plan((0,), (reads[-1],), (None,))
    logp_V = log_softmax(network.logits(outcome.features_RP))[0]
    order = np.argsort(-logp_V[allowed], kind="stable")[:most]
    tried = allowed[order].tolist()
    rows, behind, reads_now = [0] * len(tried), np.zeros(len(tried)), tried
    for step in range(at + 1, len(ids)):
        asks = [_known(ids[step], step)] * len(tried)
        outcome = yield Plan(rows, reads_now, asks)
        behind += outcome.logp
        rows, reads_now = list(range(len(tried))), [ids[step]] * len(tried)
    yield Emit([(i, float(logp_V[i]), float(b)) for i, b in zip(tried, behind, strict=True)])


def _known(char_id: int, step: int) -> Ask:
    return Ask(as_ids([char_id]), _PLAIN, 0, 0, step)
