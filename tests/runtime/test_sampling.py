"""Sampling filters, biases and draws characters by its documented rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from charbard.config import SampleOptions
from charbard.runtime import Bias, SampleSpec, as_ids, sampling

SCORES = arrays.arrays(np.float32, 12, elements=st.floats(-20, 20, width=32))
WEIGHTS = SCORES.map(sampling.weigh)


@given(SCORES)
def test_weights_are_probabilities(scores) -> None:
    """`weigh` gives weights proportional to e^score, to within one millionth of the largest."""
    weights = sampling.weigh(scores)

    assert weights.max() == sampling.ONE
    wanted = np.exp(scores.astype(np.float64) - scores.max())
    assert np.abs(weights / sampling.ONE - wanted).max() < 1e-6


def test_the_exponential_is_exact_to_a_bit_or_two() -> None:
    """The relative error of `exp_below_zero` stays below 2e-7 between -30 and 0."""
    x = np.linspace(-30, 0, 100_001, dtype=np.float32)

    wanted = np.exp(x.astype(np.float64))
    assert (np.abs(sampling.exp_below_zero(x) - wanted) / wanted).max() < 2e-7


@given(WEIGHTS, st.integers(1, 15))
def test_top_k_keeps_exactly_k(weights, k: int) -> None:
    """`keep_top_k` keeps exactly the k likeliest characters, even if some are equally likely."""
    alive = weights > 0
    kept = sampling.keep_top_k(weights, k) > 0

    assert kept.sum() == min(k, alive.sum())
    assert weights[kept].min() >= weights[~kept].max(initial=0)


@given(WEIGHTS, st.floats(0, 1))
def test_top_p_keeps_the_fewest_that_hold_the_share(weights, share: float) -> None:
    """`keep_top_p` keeps the fewest characters that together have the given share."""
    kept = sampling.keep_top_p(weights, share)

    assert kept.sum() >= share * weights.sum()
    assert kept.sum() - kept[kept > 0].min() <= share * weights.sum()


@given(WEIGHTS, st.floats(0, 1))
def test_min_p_is_relative_to_the_likeliest(weights, share: float) -> None:
    """`keep_min_p` keeps only characters with at least the given share of the largest weight."""
    kept = sampling.keep_min_p(weights, share)

    assert kept[weights.argmax()] == sampling.ONE
    assert (kept[kept > 0] >= share * sampling.ONE).all()


def test_a_bias_counts_each_time() -> None:
    """A bias given twice for an id counts twice, and a bias for a disallowed id is ignored."""
    bias = Bias(np.array([1, 1, 2, 7], np.int32), np.full(4, -0.5, np.float32))
    spec = SampleSpec(as_ids([0, 1, 2]), SampleOptions(), 0, 0, 0, bias=bias)

    assert sampling.biased(np.zeros(3, np.float32), spec).tolist() == [0.0, -1.0, -0.5]


def test_the_temperature_glides() -> None:
    """The temperature reaches `temperature_end` in `temperature_steps` even steps, then stays."""
    options = SampleOptions(temperature=1.0, temperature_end=0.5, temperature_steps=10)

    glide = [sampling.temperature_at(options, step) for step in (0, 5, 10, 99)]
    assert glide == [1.0, 0.75, 0.5, 0.5]
    assert sampling.temperature_at(SampleOptions(temperature=0.8), 50) == 0.8


@given(WEIGHTS, st.floats(0, 1, exclude_max=True))
def test_a_dropped_character_is_never_drawn(weights, u: float) -> None:
    """`draw` never draws a dropped character, whatever the random number."""
    left = sampling.keep_top_k(weights, 3)

    assert left[sampling.draw(left[None], np.array([u]))[0]] > 0


def test_draws_follow_the_probabilities() -> None:
    """The frequencies of twenty thousand draws match the probabilities."""
    p = np.array([0.5, 0.3, 0.15, 0.05])
    u = sampling.uniform(3, np.arange(20_000), 7)

    weights = sampling.weigh(np.log(np.tile(p, (len(u), 1))).astype(np.float32))
    drawn = sampling.draw(weights, u)

    assert np.allclose(np.bincount(drawn, minlength=4) / len(u), p, atol=0.015)


def test_chance_depends_on_nothing_but_its_place() -> None:
    """A random number depends only on seed, sample and step, not on the batch."""
    together = sampling.uniform(5, np.arange(100), 3)
    alone = np.array([sampling.chance(5, index, 3) for index in range(100)])

    assert np.array_equal(together, alone)
    assert np.array_equal(together, sampling.uniform(5, np.arange(100), np.full(100, 3)))
    assert len(set(together)) == 100
    assert 0.4 < together.mean() < 0.6
    assert not np.array_equal(together, sampling.uniform(6, np.arange(100), 3))
    assert not np.array_equal(together, sampling.uniform(5, np.arange(100), 4))


@pytest.mark.parametrize("rows", [1, 4])
def test_one_row_or_many_are_filtered_alike(rows: int) -> None:
    """Filters give a row the same result alone as in a batch."""
    options = SampleOptions(top_k=6, top_p=0.9, min_p=0.05)
    weights = sampling.weigh(np.random.default_rng(0).normal(0, 2, (rows, 12)).astype(np.float32))

    batch = sampling.filtered(weights, options)

    for row in range(rows):
        assert np.array_equal(batch[row], sampling.filtered(weights[row], options))


def test_a_choice_tells_the_models_own_probabilities() -> None:
    """`logp` and `log_mass` are taken before temperature and filters, also for forced ids."""
    logits = np.random.default_rng(0).normal(0, 2, (3, 12)).astype(np.float32)
    options = SampleOptions(temperature=0.5, top_k=2)
    specs = [
        SampleSpec(as_ids([1, 4, 5]), options, 7, 0, 0),
        None,
        SampleSpec(as_ids([3]), options, 7, 0, 0),
    ]

    ids, logp, log_mass, log_z, _ = sampling.choose(logits, specs)

    p = np.exp(logits.astype(np.float64))
    p /= p.sum(axis=1, keepdims=True)
    assert ids[0] in (1, 4, 5)
    assert ids.tolist()[1:] == [-1, 3]
    assert np.allclose(logp[[0, 2]], np.log([p[0, ids[0]], p[2, 3]]), atol=1e-5)
    assert np.allclose(log_mass[[0, 2]], np.log([p[0, [1, 4, 5]].sum(), p[2, 3]]), atol=1e-5)
    assert np.allclose(log_z[0], np.log((p[0, [1, 4, 5]] ** 2).sum()), atol=1e-5)
    assert np.isnan([logp[1], log_mass[1], log_z[1]]).all()


def test_minus_infinity_bars_a_character() -> None:
    """An id with a bias of minus infinity is not drawn; if every id has one, nothing is drawn."""
    logits = np.zeros((2, 4), np.float32)
    options = SampleOptions(temperature=2.0)
    some = Bias(as_ids([0, 1]), np.full(2, -np.inf, np.float32))
    everything = Bias(as_ids(range(4)), np.full(4, -np.inf, np.float32))
    specs = [
        SampleSpec(as_ids(range(3)), options, 1, 0, 0, bias=bias) for bias in (some, everything)
    ]

    ids, logp, log_mass, log_z, _ = sampling.choose(logits, specs)

    assert ids.tolist() == [2, -1]
    assert np.allclose([logp[0], log_mass[0], 2 * log_z[0]], np.log(1 / 4), atol=1e-5)
