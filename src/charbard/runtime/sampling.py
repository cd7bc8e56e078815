"""Choose the next character, using small pure functions on integer weights.

A row's scores become integers: 2^30 for the likeliest character. A sum of integers is the same in
any order, so the kept characters and the drawn one depend only on the row, not on the batch, the
processor or the implementation. The compiled kernel follows these definitions bit for bit. Dropped
characters have weight 0. Ranges are checked when `SampleOptions` is built, not again here.

Shape letters: B rows, A sample specs, V symbols, N allowed ids; filters work on the last axis.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.runtime.constraint import Ids
from charbard.runtime.spec import Choices, Guidance, SampleSpec, no_choices

__all__ = [
    "MEMORY",
    "Rows",
    "biased",
    "chance",
    "chances_of",
    "choose",
    "draw",
    "exp_below_zero",
    "filtered",
    "guided",
    "keep_min_p",
    "keep_top_k",
    "keep_top_p",
    "temperature_at",
    "uniform",
    "weigh",
]

F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Places = int | NDArray[np.integer]
Rows = NDArray[np.intp]
MEMORY = 64
"""Number of most recent characters that the frequency penalty counts."""
ONE = 1 << 30
"""Weight of the likeliest character."""
_LOG_ONE = math.log(ONE)
_LOWEST = np.float32(-30.0)
"""Lowest score relative to the best: e^-30 x 2^30 rounds to a weight of 0."""
_STRIDE, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = (1 << 64) - 1
# Cody and Waite's split of ln 2, and a minimax polynomial of e^r on |r| <= ln 2 / 2.
_LOG2_E, _LN2_HIGH, _LN2_LOW = (
    np.float32(1.44269504),
    np.float32(0.693359375),
    np.float32(-2.12194440e-4),
)
_EXP = tuple(
    np.float32(c)
    for c in (
        1.9875691500e-4,
        1.3981999507e-3,
        8.3334519073e-3,
        4.1665795894e-2,
        1.6666665459e-1,
        0.5,
    )
)


def exp_below_zero(x: F32) -> F32:
    """Compute e^x for x <= 0; an x below -30 counts as -30.

    Every operation is a single float32 one, so the result is the same on every processor. The
    relative error is below 2e-7.

    Source:
        The `expf` of Moshier's Cephes library.
    """
    x = np.maximum(x, _LOWEST)
    # The high part of ln 2 has 9 significant bits and n at most 6, so their product is exact and
    # the subtraction loses nothing.
    n = np.rint(x * _LOG2_E)
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    y = np.full_like(r, _EXP[0])
    for c in _EXP[1:]:
        y = y * r + c
    y = (y * (r * r) + r) + np.float32(1)
    # 2^n is built from its bits: the exponent of a float32 is biased by 127 and starts at bit 23.
    out: F32 = y * ((n.astype(np.int32) + 127) << 23).view(np.float32)
    return out


def weigh(scores: F32) -> I64:
    """Return the integer weights of logits or log-probabilities."""
    # Adding 0.5 makes the conversion, which truncates, round to the nearest integer.
    x = scores - scores.max(axis=-1, keepdims=True)
    weights: I64 = (exp_below_zero(x) * np.float32(ONE) + np.float32(0.5)).astype(np.int64)
    return weights


def keep_top_k(weights: I64, k: int) -> I64:
    """Keep only the k likeliest characters; of equally likely ones, the first are kept."""
    return np.where(_rank(weights) < k, weights, 0)


def keep_top_p(weights: I64, share: float) -> I64:
    """Keep the fewest likeliest characters that hold at least this share of the total weight."""
    order = np.argsort(-weights, axis=-1, kind="stable")
    heavy_first = np.take_along_axis(weights, order, -1)
    before = np.cumsum(heavy_first, axis=-1) - heavy_first
    kept = before < share * weights.sum(axis=-1, keepdims=True)
    # Whatever the share, one character must remain.
    kept[..., 0] = True
    out = np.empty_like(weights)
    np.put_along_axis(out, order, np.where(kept, heavy_first, 0), -1)
    return out


def keep_min_p(weights: I64, share: float) -> I64:
    """Drop characters that are less than `share` times as likely as the likeliest one."""
    return np.where(weights < share * weights.max(axis=-1, keepdims=True), 0, weights)


def filtered(weights: I64, options: SampleOptions) -> I64:
    """Apply the enabled filters, in their documented order."""
    if options.greedy:
        return keep_top_k(weights, 1)
    if options.top_k is not None:
        weights = keep_top_k(weights, options.top_k)
    if options.top_p is not None:
        weights = keep_top_p(weights, options.top_p)
    if options.min_p is not None:
        weights = keep_min_p(weights, options.min_p)
    return weights


def draw(weights: I64, u: NDArray[np.float64]) -> I64:
    """Return, for each row, the first index whose cumulative weight exceeds u times the total.

    Args:
        weights: Integer weights, along the last axis.
        u: A number in [0, 1) for each row.
    """
    cumulative = np.cumsum(weights, axis=-1)
    total = cumulative[..., -1]
    # u is below 1, but the product may round up to the total.
    target = np.minimum((u * total).astype(np.int64), total - 1)
    chosen: I64 = (cumulative > target[..., None]).argmax(axis=-1)
    return chosen


def temperature_at(options: SampleOptions, step: int) -> float:
    """Return the temperature of a step: it changes linearly at first, then stays constant."""
    if options.temperature_end is None:
        return options.temperature
    passed = min(1.0, step / options.temperature_steps)
    return options.temperature + (options.temperature_end - options.temperature) * passed


def choose(
    logits_BV: F32, specs: Sequence[SampleSpec | None], row_A: Rows | None = None
) -> Choices:
    """Draw a character for each sample spec.

    Args:
        logits_BV: Scores of all symbols.
        specs: Sample specs; the twin of a guided row is the next row.
        row_A: The row that each spec draws from; None: spec n draws from row n.
    """
    out = no_choices(len(specs))
    chances = chances_of(specs)
    for at, spec in enumerate(specs):
        if spec is None:
            continue
        row = at if row_A is None else row_A[at]
        scores_V = logits_BV[row]
        if spec.guidance is not None:
            scores_V, gain_V = guided(scores_V, logits_BV[row + 1], spec.guidance)
        own = _barred(scores_V[spec.allowed], spec)
        inverse = np.float32(1 / temperature_at(spec.options, spec.step))
        scores = biased(own * inverse, spec)
        # Nothing can be drawn: the id stays -1, which `Batch` reports as a dead end.
        if not np.isfinite(scores.max()):
            continue
        weights = filtered(weigh(scores), spec.options)
        place = int(draw(weights[None], chances[at : at + 1])[0])
        drawn = out.ids_A[at] = spec.allowed[place]
        if spec.logp:
            total = _log_sum(scores_V)
            out.logp_A[at] = float(own[place]) - total
            if spec.guidance is not None:
                # Report the conditioned probability: a guided score would overrate the text.
                out.logp_A[at] = float(logits_BV[row, drawn]) - _log_sum(logits_BV[row])
                out.gain_A[at] = gain_V[drawn]
            out.log_mass_A[at] = _log_sum(own) - total
            # Scores are not normalised: p^(1/T) is e^(score/T) divided by (e^total)^(1/T).
            out.log_z_A[at] = _log_sum(scores) - float(inverse) * total
    return out


def guided(logits_V: F32, bare_V: F32, guidance: Guidance) -> tuple[F32, F32]:
    """Move a row's scores away from its twin's.

    Args:
        logits_V: Scores under the conditions.
        bare_V: The twin's scores.
        guidance: How far to move, and which ids are never raised.

    Returns:
        (guided scores (V,), not normalised; nats (V,) by which the conditions make each character
        likelier).
    """
    own_V = logits_V - np.float32(_log_sum(logits_V))
    gain_V = own_V - (bare_V - np.float32(_log_sum(bare_V)))
    push_V = gain_V * np.float32(guidance.scale - 1)
    push_V[guidance.capped] = np.minimum(push_V[guidance.capped], np.float32(0))
    return own_V + push_V, gain_V


def chances_of(specs: Sequence[SampleSpec | None]) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each draw; see `chance`."""
    places = [(0, 0, 0) if spec is None else (spec.seed, spec.sample, spec.step) for spec in specs]
    seeds, samples, steps = np.array(places, np.uint64).reshape(-1, 3).T
    return uniform(seeds, samples, steps)


def chance(seed: int, sample: int, step: int) -> float:
    """Return a pseudorandom number in [0, 1) that depends only on (seed, sample, step).

    So a text is the same alone or among other texts, in any order and in any process.

    Source:
        SplitMix64's mixing: Steele, Lea, Flood 2014, "Fast splittable pseudorandom generators".
    """
    # Without mixing in between, (seed, sample + 1, 0) and (seed, sample, 1) would collide.
    word = _mix_one(_mix_one(seed + sample * _STRIDE) + step * _STRIDE)
    # The upper 53 bits: as many as a double holds exactly.
    return float(_mix_one(word) >> 11) * 2.0**-53


def uniform(seed: Places, sample: Places, step: Places) -> NDArray[np.float64]:
    """Compute many `chance` values at once; array arguments are broadcast."""
    seeds, samples, steps = np.broadcast_arrays(seed, sample, step)
    words = np.atleast_1d(seeds).astype(np.uint64)
    for part in (samples, steps):
        words = _mix(words + part.astype(np.uint64) * np.uint64(_STRIDE))
    unit: NDArray[np.float64] = (_mix(words) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return unit.reshape(seeds.shape)


def _mix(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    word = (word ^ (word >> np.uint64(30))) * np.uint64(_FIRST)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(_SECOND)
    return word ^ (word >> np.uint64(31))


def _mix_one(word: int) -> int:
    """Compute `_mix` of one Python int, ten times as fast as for an array of length 1."""
    word &= _WORD
    word = ((word ^ (word >> 30)) * _FIRST) & _WORD
    word = ((word ^ (word >> 27)) * _SECOND) & _WORD
    return word ^ (word >> 31)


def _rank(weights: I64) -> I64:
    """Return the rank of each character, 0 for the heaviest; ties keep their order."""
    order = np.argsort(-weights, axis=-1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(order.shape[-1]), order.shape), -1)
    return rank


def biased(scores_N: F32, spec: SampleSpec) -> F32:
    """Add the bias, entry by entry in order, to the scores of the allowed ids that it names."""
    if spec.bias is None:
        return scores_N
    places, inside = _places(spec.allowed, spec.bias.ids)
    # `add.at`, because an id that occurs several times counts each time.
    np.add.at(scores_N, places[inside], spec.bias.nats[inside])
    return scores_N


def _barred(scores_N: F32, spec: SampleSpec) -> F32:
    """Give a score of minus infinity to the allowed ids that the bias bars."""
    if spec.bias is None:
        return scores_N
    places, inside = _places(spec.allowed, spec.bias.ids)
    scores_N[places[inside & np.isneginf(spec.bias.nats)]] = -np.inf
    return scores_N


def _places(allowed_N: Ids, ids: Ids) -> tuple[I64, NDArray[np.bool_]]:
    """Return (the index of each id among the allowed ones, whether it is one of them)."""
    places = np.searchsorted(allowed_N, ids)
    inside = places < len(allowed_N)
    inside[inside] = allowed_N[places[inside]] == ids[inside]
    return places, inside


def _log_sum(scores: F32) -> float:
    """Return the log of the sum of e^score, computed from integer weights."""
    return float(scores.max()) + math.log(int(weigh(scores).sum())) - _LOG_ONE
