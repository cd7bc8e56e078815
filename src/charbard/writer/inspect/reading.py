"""Tasks that score a given text, or alternatives to one of its characters."""

from collections.abc import Sequence

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime import Emit, Network, Plan, Probe, SampleSpec, Steps, as_ids, read_ids
from charbard.runtime.constraint import Ids
from charbard.runtime.model import log_softmax

__all__ = ["read_alternatives", "read_scored"]

_PLAIN = SampleOptions()


def read_scored(prompt: Sequence[int], ids: Sequence[int], probe: Probe | None = None) -> Steps:
    """Read a text after its prompt.

    Emits:
        (the log-probability of each id in nats, what the probe reads before each id, if there is
        one).
    """
    yield from read_ids(prompt[:-1])
    reads, logp, probed = [prompt[-1], *ids], list[float](), list[float]()
    for step, char_id in enumerate(ids):
        outcome = yield Plan((0,), (reads[step],), (_known(char_id, step),))
        logp.append(outcome.logp[0])
        if probe is not None:
            probed.append(float(probe(outcome.features_RP)[0]))
    yield Emit((tuple(logp), tuple(probed)))


def read_alternatives(
    network: Network, prompt: Sequence[int], ids: Sequence[int], allowed: Ids, *, at: int, most: int
) -> Steps:
    """Score the likeliest characters at one place, given the text before and after it.

    Args:
        network: The network that the task will run on.
        prompt: Ids that the model reads before the text.
        ids: The text.
        allowed: Ids to choose from for the place.
        at: Index of the place in `ids`.
        most: Maximum number of characters to score; the task needs as many rows.

    Emits:
        A list of (id, its log-probability, log-probability of all later ids), in nats.
    """
    reads = [*prompt, *ids[:at]]
    yield from read_ids(reads[:-1])
    outcome = yield Plan((0,), (reads[-1],), (None,))
    logp_V = log_softmax(network.logits(outcome.features_RP))[0]
    order = np.argsort(-logp_V[allowed], kind="stable")[:most]
    tried = allowed[order].tolist()
    # The first step forks row 0 into one row for each character; later steps read on in these rows.
    rows, later, reads_now = [0] * len(tried), np.zeros(len(tried)), tried
    for step in range(at + 1, len(ids)):
        specs = [_known(ids[step], step)] * len(tried)
        outcome = yield Plan(rows, reads_now, specs)
        later += outcome.logp
        rows, reads_now = list(range(len(tried))), [ids[step]] * len(tried)
    yield Emit([(i, float(logp_V[i]), float(b)) for i, b in zip(tried, later, strict=True)])


def _known(char_id: int, step: int) -> SampleSpec:
    return SampleSpec(as_ids([char_id]), _PLAIN, 0, 0, step)
