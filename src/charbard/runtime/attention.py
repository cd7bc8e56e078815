"""One head that looks back over what was read, as written in the textbooks.

A place's key and value are made of what the last recurrent layer put out there. The query of a
place weighs the earlier ones by how well their keys answer it, and finds the mean of their values.
Beside them stands a key of zeros with a value of zeros: the head may look at nothing.

Shape letters: T time, B rows, A width of the head, M places from before, N = M + T.

Source:
    Vaswani et al. 2017, "Attention Is All You Need", 3.2.1; over the states of one's own recurrent
    network: Cheng, Dong, Lapata 2016, "Long Short-Term Memory-Networks for Machine Reading".
"""

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.past import Past

__all__ = ["look_back", "shares"]

F32 = NDArray[np.float32]


def look_back(asked_TBC: F32, past: Past, span: int) -> tuple[F32, Past]:
    """What every place finds among those before it.

    Args:
        asked_TBC: Query, key and value of each place side by side: C = 3 A.
        past: What was read before; a place is key and value, in float32.
        span: How many places back a place can see.

    Returns:
        What was found, (T, B, A), and the past at the end.
    """
    width = asked_TBC.shape[2] // 3
    query_TBA, new_TBW = asked_TBC[..., :width], asked_TBC[..., width:]
    found_TBA = np.empty_like(query_TBA)
    for row, places_M in enumerate(past.place_BM):
        known = [place for place in places_M if place is not None]
        place_NW = np.concatenate([*(place[None] for place in known), new_TBW[:, row]])
        key_NA, value_NA = place_NW[:, :width], place_NW[:, width:]
        seen_TN = _seen(len(new_TBW), len(known), span)
        found_TBA[:, row] = _shares(query_TBA[:, row], key_NA, seen_TN) @ value_NA
    for new_BW in new_TBW[-span:]:
        past = past.after(np.ascontiguousarray(new_BW), span)
    return found_TBA, past


def _seen(time: int, known: int, span: int) -> NDArray[np.bool_]:
    """Which places each of the newest can see: those before it, the nearest `span`."""
    back_TN = np.arange(known, known + time)[:, None] - np.arange(known + time)
    seen_TN: NDArray[np.bool_] = (back_TN >= 1) & (back_TN <= span)
    return seen_TN


def shares(asked_TC: F32, span: int) -> F32:
    """How much each place of one text looks at each other, (T, T); the rest of 1 is for nothing.

    Args:
        asked_TC: Query, key and value of each place side by side: C = 3 A.
        span: How many places back a place can see.
    """
    query_TA, key_TA, _ = np.split(asked_TC, 3, axis=1)
    return _shares(query_TA, key_TA, _seen(len(asked_TC), 0, span))


def _shares(query_TA: F32, key_NA: F32, seen_TN: NDArray[np.bool_]) -> F32:
    """Softmax over what is seen and over nothing, whose score is 0."""
    score_TN = query_TA @ key_NA.T / np.float32(np.sqrt(query_TA.shape[1]))
    score_TN = np.where(seen_TN, score_TN, np.float32(-np.inf))
    top_T1 = np.maximum(score_TN.max(axis=1, keepdims=True), 0)
    weight_TN = np.exp(score_TN - top_T1)
    share_TN: F32 = weight_TN / (weight_TN.sum(axis=1, keepdims=True) + np.exp(-top_T1))
    return share_TN
