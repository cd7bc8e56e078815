"""The output of individual units can be read, and units can be switched off."""

import numpy as np
import pytest

from charbard.errors import OptionError
from charbard.runtime import (
    ByteModel,
    Model,
    activations,
    attention_map,
    score_texts,
    without_units,
)
from tests.conftest import random_bundle

BUNDLE = random_bundle(hidden_size=32)
IDS = np.array([2, 5, 9, 3, 3, 7])


def test_activations_are_those_of_the_network() -> None:
    """`activations` of the quantised network are within 0.1 of those of the exact network."""
    exact, rounded = (activations(model, IDS) for model in (Model(BUNDLE), ByteModel(BUNDLE)))

    assert exact.shape == (6, 2, 32)
    assert np.abs(exact).max() <= 1
    assert np.abs(exact - rounded).max() < 0.1


@pytest.mark.parametrize("kind", [Model, ByteModel])
def test_a_unit_switched_off_is_silent_from_the_start(kind) -> None:
    """A unit that is switched off outputs 0 after every character, which affects other units."""
    keep = without_units(BUNDLE.config, [(0, 3), (1, 31)])
    with_all, without = (activations(kind(BUNDLE), IDS, keep_LH=k) for k in (None, keep))

    assert not without[:, 0, 3].any()
    assert not without[:, 1, 31].any()
    assert with_all[:, 0, 3].all()
    assert not np.array_equal(with_all[-1, 1], without[-1, 1])


@pytest.mark.parametrize("kind", [Model, ByteModel])
def test_looks_go_back_and_no_further_than_the_span(kind) -> None:
    """Attention stays within the span and sums to less than 1; without a head the map is None."""
    bundle = random_bundle(hidden_size=32, attention=8, attention_span=3)
    network = kind(bundle)
    found = attention_map(network, activations(network, IDS)[:, -1])

    back = np.arange(6)[:, None] - np.arange(6)
    assert found.shape == (6, 6)
    assert (found[(back < 1) | (back > 3)] == 0).all()
    assert (found[(back >= 1) & (back <= 3)] > 0).all()
    assert (found.sum(axis=1) < 1).all()
    assert attention_map(kind(BUNDLE), activations(kind(BUNDLE), IDS)[:, -1]) is None


def test_what_was_looked_at_is_what_was_found() -> None:
    """The attention weights times the values equal the output of the attention head."""
    bundle = random_bundle(hidden_size=32, attention=8)
    model = Model(bundle)
    hidden = activations(model, IDS)[:, -1]
    features, _ = model.read(IDS[:, None], model.start())

    values = model.qkv(hidden)[:, 16:]
    assert np.allclose(features[:, 0, 32:], attention_map(model, hidden) @ values, atol=1e-5)


@pytest.mark.parametrize("unit", [(2, 0), (0, 32), (-1, 0), (0, -1)])
def test_a_unit_that_is_not_there_is_refused(unit) -> None:
    """A unit that does not exist is refused, and the hint gives the valid range."""
    with pytest.raises(OptionError, match="no unit") as caught:
        without_units(BUNDLE.config, [unit])

    assert caught.value.hint == "layers 0 to 1, units 0 to 31"


def test_texts_are_scored_together_as_alone() -> None:
    """Texts get the same scores and alternatives in a batch as alone."""
    model = ByteModel(BUNDLE)
    texts = [IDS, IDS[:3], np.array([4, 4]), IDS[::-1]]

    for text, scores in zip(texts, score_texts(model, texts, top=3), strict=True):
        (alone,) = score_texts(model, [text], top=3)
        assert len(scores.logp_N) == len(text) - 1
        assert np.allclose(scores.logp_N, alone.logp_N, atol=1e-6)
        assert np.array_equal(scores.top_ids_NK, alone.top_ids_NK)
        assert (np.diff(scores.top_logp_NK, axis=1) <= 0).all()
