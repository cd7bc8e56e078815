"""One attention head over the positions read so far, by the textbook equations.

The query, key and value of a position are computed from the output of the last recurrent layer
there. The head attends to earlier positions only, and to a zero slot: a key and a value of zeros,
which let it attend to nothing.

Shape letters: T time, B rows, A width of the head, M positions read before, N = M + T.

Source:
    Vaswani et al. 2017, "Attention Is All You Need", 3.2.1. For attention over a recurrent
    network's own states: Cheng, Dong, Lapata 2016, "Long Short-Term Memory-Networks for Machine
    Reading".
"""

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.past import Past

__all__ = ["attend", "attention_of"]

F32 = NDArray[np.float32]


def attend(qkv_TBC: F32, past: Past, span: int) -> tuple[F32, Past]:
    """Attend from each position to earlier positions only.

    Args:
        qkv_TBC: Query, key and value of each position, concatenated: C = 3 A.
        past: Keys and values, in float32, of the positions read before.
        span: Maximum number of earlier positions that each position attends to.

    Returns:
        The attention's output, (T, B, A), and the past after the last position.
    """
    width = qkv_TBC.shape[2] // 3
    query_TBA, new_TBW = qkv_TBC[..., :width], qkv_TBC[..., width:]
    found_TBA = np.empty_like(query_TBA)
    for row, places_M in enumerate(past.place_BM):
        known = [place for place in places_M if place is not None]
        place_NW = np.concatenate([*(place[None] for place in known), new_TBW[:, row]])
        key_NA, value_NA = place_NW[:, :width], place_NW[:, width:]
        seen_TN = _seen(len(new_TBW), len(known), span)
        found_TBA[:, row] = _shares(query_TBA[:, row], key_NA, seen_TN) @ value_NA
    # Only the last `span` positions are appended: earlier ones would be dropped again at once.
    for new_BW in new_TBW[-span:]:
        past = past.after(np.ascontiguousarray(new_BW), span)
    return found_TBA, past


def _seen(time: int, known: int, span: int) -> NDArray[np.bool_]:
    """Return a mask of the positions that each new position sees: the last `span` before it."""
    back_TN = np.arange(known, known + time)[:, None] - np.arange(known + time)
    seen_TN: NDArray[np.bool_] = (back_TN >= 1) & (back_TN <= span)
    return seen_TN


def attention_of(qkv_TC: F32, span: int) -> F32:
    """Return the attention weights between the positions of one text, (T, T).

    Row t holds the weights that position t gives to every position; 1 minus the sum of
    the row is the weight of the zero slot.

    Args:
        qkv_TC: Query, key and value of each position, concatenated: C = 3 A.
        span: Maximum number of earlier positions that each position attends to.
    """
    query_TA, key_TA, _ = np.split(qkv_TC, 3, axis=1)
    return _shares(query_TA, key_TA, _seen(len(qkv_TC), 0, span))


def _shares(query_TA: F32, key_NA: F32, seen_TN: NDArray[np.bool_]) -> F32:
    """Compute the softmax over the visible places and the zero slot, whose score is 0."""
    score_TN = query_TA @ key_NA.T / np.float32(np.sqrt(query_TA.shape[1]))
    score_TN = np.where(seen_TN, score_TN, np.float32(-np.inf))
    # The zero slot takes part in the maximum, which keeps a row that sees nothing else finite.
    top_T1 = np.maximum(score_TN.max(axis=1, keepdims=True), 0)
    weight_TN = np.exp(score_TN - top_T1)
    share_TN: F32 = weight_TN / (weight_TN.sum(axis=1, keepdims=True) + np.exp(-top_T1))
    return share_TN
