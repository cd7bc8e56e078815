"""How likely a given text is, character by character.

Shape letters: T time, B texts, K alternatives, N characters.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.model import Model
from charbard.runtime.state import State

__all__ = ["Scores", "read_scores", "score_ids"]

_CHUNK = 1024
_SCORES_AT_ONCE = 1 << 22


class Scores(NamedTuple):
    """For each character but the first: its log-probability, and what was likelier."""

    logp_N: NDArray[np.float32]
    top_ids_NK: NDArray[np.int64]
    top_logp_NK: NDArray[np.float32]


def score_ids(model: Model, ids: NDArray[np.integer], *, top: int = 0) -> Scores:
    """Score ids[1:], each given all that stands before it.

    Args:
        model: The network.
        ids: The text behind what it starts from.
        top: How many alternatives to name, likeliest first.
    """
    state, parts = model.start(), []
    for start in range(0, len(ids) - 1, _CHUNK):
        chunk = ids[start : start + _CHUNK + 1]
        features, state = model.read(chunk[:-1, None], state)
        logp_TV = model.logp(features[:, 0])
        best = np.argsort(-logp_TV, axis=1, kind="stable")[:, :top]
        parts.append(
            Scores(
                np.take_along_axis(logp_TV, chunk[1:, None].astype(np.int64), 1)[:, 0],
                best,
                np.take_along_axis(logp_TV, best, 1),
            )
        )
    return Scores(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def read_scores(
    model: Model, ids_TB: NDArray[np.integer], targets_TB: NDArray[np.integer], state: State
) -> tuple[NDArray[np.float32], State]:
    """Log-probability of each target, (T, B), and the state at the end. -1 scores 0."""
    features, state = model.read(ids_TB, state)
    features_NP = features.reshape(-1, features.shape[-1])
    targets = np.asarray(targets_TB, np.int64).reshape(-1)
    logp = np.zeros(len(targets), np.float32)
    rows = max(1, _SCORES_AT_ONCE // model.config.vocab_size)
    for start in range(0, len(targets), rows):
        part = slice(start, start + rows)
        wanted = np.maximum(targets[part], 0)[:, None]
        logp[part] = np.take_along_axis(model.logp(features_NP[part]), wanted, 1)[:, 0]
    return np.where(targets >= 0, logp, 0).reshape(ids_TB.shape).astype(np.float32), state
