"""Choosing the next character: small pure functions on log-probabilities.

Each takes and returns (..., V) nats, one row or many; what is dropped becomes -inf. Their order is
fixed in `filtered`. Ranges are checked when `SampleOptions` is built; nothing here checks again.
"""

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions

__all__ = [
    "choose",
    "filtered",
    "keep_min_p",
    "keep_top_k",
    "keep_top_p",
    "penalise_repetition",
    "uniform",
]

F32 = NDArray[np.float32]
MEMORY = 64
"""How many of the last characters the repetition penalty looks at."""


def penalise_repetition(logp: F32, recent: NDArray[np.integer], penalty: float) -> F32:
    """Take `penalty` nats off a character for each time it stands in `recent` (..., memory)."""
    out = np.array(logp)
    flat, rows = out.reshape(-1, out.shape[-1]), np.atleast_2d(recent)
    for row, ids in zip(flat, rows, strict=True):
        np.subtract.at(row, ids, np.float32(penalty))
    return out


def keep_top_k(logp: F32, k: int) -> F32:
    """Drop all but the k likeliest; exactly k even on ties."""
    if k >= logp.shape[-1]:
        return logp
    kept = np.argpartition(-logp, k - 1, axis=-1)[..., :k]
    out = np.full_like(logp, -np.inf)
    np.put_along_axis(out, kept, np.take_along_axis(logp, kept, -1), -1)
    return out


def keep_top_p(logp: F32, share: float) -> F32:
    """Keep the fewest likeliest characters that hold at least this share of what is left."""
    order = np.argsort(-logp, axis=-1, kind="stable")
    sorted_p = np.take_along_axis(_probabilities(logp), order, -1)
    before = np.cumsum(sorted_p, axis=-1) - sorted_p
    drop_sorted = before >= share
    drop_sorted[..., 0] = False
    drop = np.empty_like(drop_sorted)
    np.put_along_axis(drop, order, drop_sorted, -1)
    return np.where(drop, np.float32(-np.inf), logp)


def keep_min_p(logp: F32, share: float) -> F32:
    """Drop characters that are less than `share` times as likely as the likeliest."""
    if share <= 0:
        return logp
    floor = logp.max(axis=-1, keepdims=True) + np.float32(np.log(share))
    return np.where(logp < floor, np.float32(-np.inf), logp)


def filtered(logp: F32, options: SampleOptions, recent: NDArray[np.integer]) -> F32:
    """Apply temperature and filters in their documented order."""
    logp = logp / np.float32(options.temperature)
    if options.repetition_penalty and recent.shape[-1]:
        logp = penalise_repetition(logp, recent, options.repetition_penalty)
    if options.top_k is not None:
        logp = keep_top_k(logp, options.top_k)
    if options.top_p is not None:
        logp = keep_top_p(logp, options.top_p)
    if options.min_p is not None:
        logp = keep_min_p(logp, options.min_p)
    return logp


def choose(logp: F32, u: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw one symbol a row: the first whose cumulative share exceeds u in [0, 1)."""
    cumulative = np.cumsum(_probabilities(logp), axis=-1)
    target = np.asarray(u)[..., None] * cumulative[..., -1:]
    chosen: NDArray[np.int64] = (cumulative > target).argmax(axis=-1)
    return chosen


def uniform(seed: int, samples: NDArray[np.integer], step: int) -> NDArray[np.float64]:
    """A number in [0, 1) for each sample, from nothing but (seed, sample, step).

    So a text is the same alone or among others, in any order and in any process.

    Source:
        SplitMix64's mixing: Steele, Lea, Flood 2014, "Fast splittable pseudorandom generators".
    """
    word = np.full(np.shape(samples), seed, np.uint64)
    for part in (np.asarray(samples), np.full(np.shape(samples), step)):
        word = _mix(word + part.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    unit: NDArray[np.float64] = (_mix(word) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return unit


def _mix(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def _probabilities(logp: F32) -> NDArray[np.float64]:
    wide: NDArray[np.float64] = np.asarray(logp, np.float64)
    p = np.exp(wide - wide.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = p / p.sum(axis=-1, keepdims=True)
    return shares
