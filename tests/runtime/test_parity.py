"""NumPy and torch compute the same network."""

import itertools

import numpy as np
import pytest

from charbard.config import CELLS
from charbard.runtime import Model, score_ids
from charbard.runtime.model import log_softmax
from tests.conftest import random_bundle

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


def _torch_network(bundle):
    from charbard.train.network import CharRNN

    network = CharRNN(bundle.config)
    with torch.no_grad():
        for name, weight in network.named_weights().items():
            weight.copy_(torch.from_numpy(bundle.weights[name]))
    return network.eval()


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"projection_size": 6, "tied": True},
        {"attention": 5, "attention_span": 7},
        {"attention": 5, "projection_size": 6, "tied": True},
    ],
    ids=["plain", "tied", "looks back", "looks back, projected"],
)
def test_each_step_agrees(cell: str, shape) -> None:
    """After every character, the log-probabilities of NumPy and torch agree to 1e-5."""
    bundle = random_bundle(cell, **shape)
    ids = np.random.default_rng(1).integers(0, len(bundle.vocab), (40, 3))
    model, network = Model(bundle), _torch_network(bundle)

    features, _ = model.read(ids, model.start(3))
    with torch.inference_mode():
        wanted, _ = network.read(torch.from_numpy(ids), network.start(3))
        wanted_logp = network.logits(wanted).log_softmax(-1).numpy()

    assert np.abs(log_softmax(model.logits(features)) - wanted_logp).max() < 1e-5


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attention", [None, 5])
def test_reading_at_once_or_step_by_step(cell: str, attention) -> None:
    """A text gives the same features when read in parts, if the state is carried over."""
    bundle = random_bundle(cell, attention=attention, attention_span=9)
    model = Model(bundle)
    ids = np.random.default_rng(2).integers(0, len(bundle.vocab), (20, 1))

    whole, _ = model.read(ids, model.start())
    state, parts = model.start(), []
    for start, stop in itertools.pairwise([0, 1, 7, 20]):
        part, state = model.read(ids[start:stop], state)
        parts.append(part)

    assert np.allclose(whole, np.concatenate(parts), atol=1e-6)


def test_the_same_greedy_text(trained) -> None:
    """A trained model writes the same likeliest text with NumPy and with torch."""
    import charbard

    writer = charbard.load(trained / "model.safetensors")
    writer.network = Model(writer.bundle)
    network = _torch_network(writer.bundle)
    ids = writer.bundle.vocab.encode("The ").tolist()

    with torch.inference_mode():
        for _ in range(100):
            features, _ = network.read(torch.tensor(ids)[:, None], network.start(1))
            scores = network.logits(features)[-1, 0]
            scores[: writer.bundle.vocab.first_char] = -torch.inf
            ids.append(int(scores.argmax()))

    assert str(writer.write("The ", length=100, greedy=True)) == writer.bundle.vocab.decode(ids)


def test_scores_are_the_probabilities_of_what_comes() -> None:
    """`score_ids` gives each next character's log-probability and its likeliest alternatives."""
    bundle = random_bundle()
    model = Model(bundle)
    ids = np.array([2, 5, 3, 4, 6])

    scores = score_ids(model, ids, top=3)
    logp = log_softmax(model.logits(model.read(ids[:-1, None], model.start())[0][:, 0]))

    assert np.allclose(scores.logp_N, logp[np.arange(4), ids[1:]], atol=1e-6)
    assert (np.diff(scores.top_logp_NK, axis=1) <= 0).all()
    assert np.allclose(scores.top_logp_NK[:, 0], logp.max(axis=1), atol=1e-6)
