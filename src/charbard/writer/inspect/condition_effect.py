"""Measure how much a conditioning field changes what the model writes.

A model that was trained with a field may have learned nothing from it.
"""

from collections.abc import Mapping

import numpy as np

from charbard.bundle import Bundle
from charbard.runtime import Network
from charbard.runtime.model import log_softmax
from charbard.writer.prompt import opening_ids

__all__ = ["share_told"]


def share_told(
    bundle: Bundle, network: Network, one: Mapping[str, str], other: Mapping[str, str]
) -> float:
    """Return the total-variation distance between two conditions' first-character distributions.

    The distance is half the sum of |p − q| over all characters: 0 if the fields change nothing,
    1 if no first character is possible under both sets of fields.
    """
    p_V, q_V = (_first(bundle, network, fields) for fields in (one, other))
    return float(np.abs(p_V - q_V).sum() / 2)


def _first(bundle: Bundle, network: Network, fields: Mapping[str, str]) -> np.ndarray:
    told = [(name, fields[name]) for name in bundle.vocab.fields if fields.get(name)]
    ids, _, _ = opening_ids(bundle, "", told)
    features_TBP, _ = network.read(np.asarray(ids)[:, None], network.start())
    p_V: np.ndarray = np.exp(log_softmax(network.logits(features_TBP[-1]))[0])
    return p_V
