"""The rules of choosing, as promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from charbard.config import SampleOptions
from charbard.runtime import sampling

LOGP = arrays.arrays(np.float32, 12, elements=st.floats(-20, 0, width=32)).map(
    lambda x: (x - np.log(np.exp(x).sum())).astype(np.float32)
)


@given(LOGP, st.integers(1, 15))
def test_top_k_keeps_exactly_k(logp, k: int) -> None:
    """Exactly k are left, even on ties, and none of the dropped beats one that is kept."""
    out = sampling.keep_top_k(logp, k)

    kept = np.isfinite(out)
    assert kept.sum() == min(k, len(logp))
    assert logp[kept].min() >= logp[~kept].max(initial=-np.inf)


@given(LOGP, st.floats(0, 1))
def test_top_p_keeps_the_fewest_that_hold_the_share(logp, share: float) -> None:
    """What is kept holds the share; without its least likely member it would not."""
    kept = np.isfinite(sampling.keep_top_p(logp, share))

    p = np.exp(logp.astype(np.float64))
    p /= p.sum()
    assert kept.any()
    assert p[kept].sum() >= share - 1e-6
    assert p[kept].sum() - p[kept].min() <= share + 1e-6


@given(LOGP, st.floats(0, 1))
def test_min_p_is_relative_to_the_likeliest(logp, share: float) -> None:
    """The likeliest always stays; what stays is at least its share."""
    kept = np.isfinite(sampling.keep_min_p(logp, share))

    ratio = np.exp(logp - logp.max())
    assert kept[logp.argmax()]
    assert (ratio[kept] >= share * (1 - 1e-4)).all()


def test_repetition_counts_each_time() -> None:
    """A character that stands there twice loses twice the penalty."""
    out = sampling.penalise_repetition(np.zeros((1, 3), np.float32), np.array([[1, 1, 2]]), 0.5)

    assert out.tolist() == [[0.0, -1.0, -0.5]]


@given(LOGP, st.floats(0, 1, exclude_max=True))
def test_a_dropped_character_is_never_drawn(logp, u: float) -> None:
    """Whatever the chance, the draw is one of those left."""
    left = sampling.keep_top_k(logp, 3)

    assert np.isfinite(left[sampling.choose(left[None], np.array([u]))[0]])


def test_draws_follow_the_probabilities() -> None:
    """Twenty thousand draws come out as the probabilities say."""
    p = np.array([0.5, 0.3, 0.15, 0.05])
    u = sampling.uniform(3, np.arange(20_000), 7)

    drawn = sampling.choose(np.log(np.tile(p, (len(u), 1))).astype(np.float32), u)

    assert np.allclose(np.bincount(drawn, minlength=4) / len(u), p, atol=0.015)


def test_chance_depends_on_nothing_but_its_place() -> None:
    """(seed, sample, step) decides; neighbours differ; the batch does not matter."""
    together = sampling.uniform(5, np.arange(100), 3)
    alone = np.array([sampling.uniform(5, np.array([index]), 3)[0] for index in range(100)])

    assert np.array_equal(together, alone)
    assert len(set(together)) == 100
    assert 0.4 < together.mean() < 0.6
    assert not np.array_equal(together, sampling.uniform(6, np.arange(100), 3))
    assert not np.array_equal(together, sampling.uniform(5, np.arange(100), 4))


@pytest.mark.parametrize("rows", [1, 4])
def test_one_row_or_many_are_filtered_alike(rows: int) -> None:
    """One definition serves a single text and a batch."""
    options = SampleOptions(temperature=0.7, top_k=6, top_p=0.9, min_p=0.05, repetition_penalty=1)
    rng = np.random.default_rng(0)
    logp = np.log(rng.dirichlet(np.ones(12), rows)).astype(np.float32)
    recent = rng.integers(0, 12, (rows, 5))

    batch = sampling.filtered(logp, options, recent)

    for row in range(rows):
        assert np.array_equal(batch[row], sampling.filtered(logp[row], options, recent[row]))
