"""One attention head over what the network has read, for a whole window of time at once.

The query, key and value of a position are computed from the output of the last recurrent layer
there. The head attends to earlier positions only, and to a zero slot: a key and a value of zeros,
which let it attend to nothing. Keys and values of positions before the window are cached.

Shape letters: T time, B rows, A width of the head, M cached positions, S = 1 + M + T.
"""

from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Memory", "attend"]


class Memory(NamedTuple):
    """Cached keys and values of each row, the newest position last. Rows are on axis 1, as in
    every part of the state."""

    past_MBA2: Tensor
    """Key and value of each cached position, concatenated: (M, B, 2A)."""
    known_1B1: Tensor
    """Number of newest cached positions that belong to the row's text; older ones are masked."""

    @classmethod
    def empty(cls, rows: int, width: int, like: Tensor) -> "Memory":
        """Return the memory of rows that have read nothing."""
        return cls(like.new_zeros(0, rows, 2 * width), like.new_zeros(1, rows, 1))


def attend(qkv_TBA3: Tensor, memory: Memory, span: int) -> tuple[Tensor, Memory]:
    """Attend from each position to earlier positions only.

    Args:
        qkv_TBA3: Query, key and value of each position, concatenated.
        memory: Keys and values of the positions before the window; not modified.
        span: Maximum number of earlier positions that each position attends to.

    Returns:
        The attention's output, (T, B, A), and the memory after the window.
    """
    time, rows, width = len(qkv_TBA3), qkv_TBA3.shape[1], qkv_TBA3.shape[2] // 3
    query_TBA, new_TBA2 = qkv_TBA3[..., :width], qkv_TBA3[..., width:]
    past_MBA2 = memory.past_MBA2.to(qkv_TBA3)
    nothing = qkv_TBA3.new_zeros(1, rows, 2 * width)
    places_SBA2 = torch.cat((nothing, past_MBA2, new_TBA2))
    key_SBA, value_SBA = places_SBA2[..., :width], places_SBA2[..., width:]
    # One operation masks, scales and multiplies. The zero slot is never masked, so softmax always
    # has a finite score.
    weight_BTS = torch.baddbmm(
        _hidden(memory, time, span).to(qkv_TBA3),
        query_TBA.transpose(0, 1),
        key_SBA.permute(1, 2, 0),
        alpha=width**-0.5,
    ).softmax(-1)
    found_BTA = torch.bmm(weight_BTS.to(qkv_TBA3.dtype), value_SBA.transpose(0, 1))
    kept = torch.cat((memory.past_MBA2, new_TBA2.to(memory.past_MBA2)))[-span:]
    return found_BTA.transpose(0, 1), Memory(kept, (memory.known_1B1 + time).clamp(max=span))


def _hidden(memory: Memory, time: int, span: int) -> Tensor:
    """Return the mask to add to the scores: 0 where a position may attend, -inf elsewhere.

    Returns:
        (B, T, S) in float32; (1, T, S) if nothing is cached, because then the mask is the same for
        all rows.
    """
    device, places = memory.known_1B1.device, len(memory.past_MBA2)
    at_T1 = torch.arange(time, device=device)[:, None]
    back_TS = at_T1 - torch.arange(-places, time, device=device)
    seen_BTS = ((back_TS >= 1) & (back_TS <= span))[None]
    if places:
        # One array as long as the longest past holds all rows; a row's own positions are its
        # newest.
        age_M = torch.arange(places, 0, -1, device=device)
        known_BM = age_M <= memory.known_1B1[0]
        window_BT = known_BM.new_ones(len(known_BM), time)
        seen_BTS = seen_BTS & torch.cat((known_BM, window_BT), 1)[:, None]
    nothing = seen_BTS.new_ones(*seen_BTS.shape[:2], 1)
    seen_BTS = torch.cat((nothing, seen_BTS), -1)
    return torch.zeros(seen_BTS.shape, device=device).masked_fill_(~seen_BTS, -torch.inf)
