"""Compute the log-probability of existing texts, character by character.

Shape letters: T time, B texts, K alternatives, N characters, P output width.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.model import Network, log_softmax
from charbard.runtime.state import State

__all__ = ["Scores", "read_scores", "score_ids", "score_texts"]

_CHUNK = 1024
_ROWS = 64
_SCORES_AT_ONCE = 1 << 22
"""Maximum number of scores in memory at once: 16 MB in float32."""


class Scores(NamedTuple):
    """Log-probability of each character but the first; likeliest characters at each place."""

    logp_N: NDArray[np.float32]
    top_ids_NK: NDArray[np.int64]
    top_logp_NK: NDArray[np.float32]


def score_ids(network: Network, ids: NDArray[np.integer], *, top: int = 0) -> Scores:
    """Score ids[1:], each given all ids before it.

    Args:
        network: The network.
        ids: The text, preceded by its opening.
        top: Number of likeliest characters to return for each place.
    """
    return score_texts(network, [ids], top=top)[0]


def score_texts(
    network: Network, texts: Sequence[NDArray[np.integer]], *, top: int = 0
) -> list[Scores]:
    """Score many texts at once; see `score_ids`. Texts of equal length are the fastest."""
    scores: list[Scores] = []
    for start in range(0, len(texts), _ROWS):
        scores += _score_group(network, texts[start : start + _ROWS], top)
    return scores


def _score_group(network: Network, texts: Sequence[NDArray[np.integer]], top: int) -> list[Scores]:
    longest = max(map(len, texts))
    # Shorter texts are padded at their end, after everything that is scored.
    ids_TB = np.zeros((longest, len(texts)), np.int64)
    for column, ids in enumerate(texts):
        ids_TB[: len(ids), column] = ids
    parts, state = [], network.start(len(texts))
    for start in range(0, longest - 1, _CHUNK):
        chunk = ids_TB[start : start + _CHUNK + 1]
        features, state = network.read(chunk[:-1], state)
        parts.append(_scores(network, features, chunk[1:], top))
    logp_TB, top_ids_TBK, top_logp_TBK = (np.concatenate(part) for part in zip(*parts, strict=True))
    sizes = [len(ids) - 1 for ids in texts]
    return [
        Scores(logp_TB[:size, row], top_ids_TBK[:size, row], top_logp_TBK[:size, row])
        for row, size in enumerate(sizes)
    ]


def read_scores(
    network: Network, ids_TB: NDArray[np.integer], targets_TB: NDArray[np.integer], state: State
) -> tuple[NDArray[np.float32], State]:
    """Return the log-probability of each target, (T, B), and the final state; a target of -1
    scores 0."""
    features, state = network.read(ids_TB, state)
    counted_TB, logp_TB = targets_TB >= 0, np.zeros(targets_TB.shape, np.float32)
    if counted_TB.any():  # skip other rows: the output layer is half of the work
        logp_TB[counted_TB], _, _ = _scores(
            network, features[counted_TB], targets_TB[counted_TB], 0
        )
    return logp_TB, state


def _scores(
    network: Network, features_TBP: NDArray[np.float32], wanted_TB: NDArray[np.integer], top: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """Return the log-probabilities of the wanted ids, then the `top` likeliest ids and theirs."""
    features_NP = features_TBP.reshape(-1, features_TBP.shape[-1])
    wanted_N1 = np.asarray(wanted_TB, np.int64).reshape(-1, 1)
    size = max(1, _SCORES_AT_ONCE // network.config.vocab_size)
    logp, best, best_logp = [], [], []
    for start in range(0, len(wanted_N1), size):
        logp_NV = log_softmax(network.logits(features_NP[start : start + size]))
        best.append(_likeliest(logp_NV, top))
        logp.append(np.take_along_axis(logp_NV, wanted_N1[start : start + size], 1))
        best_logp.append(np.take_along_axis(logp_NV, best[-1], 1))
    shape = wanted_TB.shape
    return (
        np.concatenate(logp).reshape(shape),
        np.concatenate(best).reshape(*shape, -1),
        np.concatenate(best_logp).reshape(*shape, -1),
    )


def _likeliest(logp_NV: NDArray[np.float32], top: int) -> NDArray[np.int64]:
    """Return the ids of the `top` likeliest characters, likeliest first."""
    top = min(top, logp_NV.shape[1])
    if not top:
        return np.empty((len(logp_NV), 0), np.int64)
    # Ids are sorted before the stable sort, so that ties are always in the same order.
    some = np.sort(np.argpartition(-logp_NV, top - 1, axis=1)[:, :top], axis=1)
    order = np.argsort(-np.take_along_axis(logp_NV, some, 1), axis=1, kind="stable")
    return np.take_along_axis(some, order, 1)
