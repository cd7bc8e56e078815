"""Logit biases for verse."""

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from charbard.runtime import Bias, BiasRule
from charbard.vocab import Vocab

__all__ = ["away_from", "bias_of"]


def bias_of(nats: Mapping[int, float]) -> Bias:
    """Build a logit bias from a mapping of ids to nats."""
    ids = sorted(nats)
    return Bias(np.array(ids, np.int32), np.array([nats[each] for each in ids], np.float32))


def away_from(phrases: Mapping[str, float], vocab: Vocab) -> BiasRule:
    """Return a bias rule against the character that would complete a phrase.

    Args:
        phrases: Phrases of equal length, each with the nats to subtract; may be empty.
        vocab: The model's symbols; phrases with an unknown character are skipped.
    """
    found: dict[tuple[int, ...], dict[int, float]] = defaultdict(dict)
    for phrase, nats in phrases.items():
        ids = [char_id for char in phrase if (char_id := vocab.id_of(char)) is not None]
        if len(ids) == len(phrase):
            found[tuple(ids[:-1])][ids[-1]] = -nats
    ends_of = MappingProxyType({before: bias_of(ends) for before, ends in found.items()})
    # All phrases have the same length, so a fixed number of last characters selects the bias.
    back = 1 - max(map(len, phrases), default=1)
    return lambda ids: ends_of.get(tuple(ids[back:]))
