"""A larger network starts from a smaller one and computes what the smaller one did."""

import numpy as np
import pytest
import torch

from charbard.bundle import Bundle
from charbard.config import ModelConfig
from charbard.errors import OptionError
from charbard.train.grown import grown_network, grown_weights
from charbard.train.network import CharRNN
from charbard.vocab import Vocab

SHAPE = {"hidden_size": 12, "embedding_size": 8}
NETWORKS = [
    {"cell": "lstm"},
    {"cell": "lstm", "num_layers": 2, "projection_size": 6},
    {"cell": "lstm", "attention": 4},
    {"cell": "gru", "num_layers": 2, "attention": 4, "projection_size": 6},
    {"cell": "rnn", "projection_size": 8, "tied": True},
]


def _bundle(**settings) -> Bundle:
    vocab = Vocab(chars=tuple("床前明月光"))
    model = ModelConfig(vocab_size=len(vocab), **{**SHAPE, **settings})
    network = CharRNN(model, generator=torch.Generator().manual_seed(7))
    weights = {name: value.detach().numpy() for name, value in network.named_weights().items()}
    return Bundle(config=model, vocab=vocab, weights=weights)


def _logits(model: ModelConfig, weights, ids_TB) -> torch.Tensor:
    network = CharRNN(model)
    for name, weight in network.named_weights().items():
        weight.data.copy_(torch.as_tensor(weights[name]))
    with torch.no_grad():
        return network.logits(network.read(ids_TB, network.start(2))[0])


@pytest.mark.parametrize("settings", NETWORKS, ids=lambda s: "-".join(map(str, s.values())))
@pytest.mark.parametrize("asked", [{"hidden_size": 20}, {"hidden_size": 20, "attention": 4}])
def test_a_wider_network_computes_what_the_old_one_did(settings, asked) -> None:
    """A grown network gives the old network's logits, and its new units differ from each other."""
    base = _bundle(**settings)
    network = grown_network(base, asked)
    model = ModelConfig(vocab_size=len(base.vocab), **network)
    grown = grown_weights(base, base.vocab, model)

    ids_TB = torch.randint(len(base.vocab), (9, 2), generator=torch.Generator().manual_seed(1))
    old = _logits(base.config, base.weights, ids_TB)
    assert torch.allclose(_logits(model, grown, ids_TB), old, atol=1e-6)
    new = grown["layer0.weight_hh"].numpy()[12:20]
    assert len(np.unique(new, axis=0)) == len(new)


def test_only_width_and_a_new_head_may_grow() -> None:
    """A network may only become wider or get a first attention head; other changes are refused."""
    base = _bundle(attention=4)
    for name, value in {"hidden_size": 8, "cell": "gru", "attention": 8}.items():
        with pytest.raises(OptionError, match=f"{name} is .* cannot become"):
            grown_network(base, {name: value})
