"""A network starts from another's weights, and may gain units, characters, fields or a head."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from charbard.bundle import Bundle, load_bundle
from charbard.config import CELLS, CorpusConfig, ModelConfig
from charbard.errors import (
    CorpusError,
    OptionError,
)
from charbard.train.distributed import Ranks
from charbard.train.events import Validated
from charbard.train.grown import grown_network, grown_weights
from charbard.train.loop import Trainer
from charbard.train.network import CharRNN
from charbard.train.start import TrainRequest, open_training, recorded
from charbard.vocab import Vocab
from tests.train.conftest import SMALL

SHAPE = {"hidden_size": 12, "embedding_size": 8}
NETWORKS = [
    *({"cell": cell} for cell in CELLS),
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


def test_begin_with_another_model_and_new_characters(owl, tmp_path, trained) -> None:
    """Fine-tuning starts from a model's weights and adds the characters that the model lacks."""
    path = tmp_path / "new.txt"
    path.write_text("春江花月夜。\n" * 60 + owl.read_text()[-3000:])
    init = trained / "model.safetensors"
    request = TrainRequest(
        names=[str(path)],
        out=tmp_path / "run",
        init_from=init,
        settings={"steps": 10, "batch_size": 4, "seq_length": 16, "eval_every": 5, "threads": 1},
    )

    events = list(recorded(open_training(request, Ranks())))

    old, new = load_bundle(init), load_bundle(tmp_path / "run" / "model.safetensors")
    assert new.vocab.chars[: len(old.vocab.chars)] == old.vocab.chars
    assert set("春江花月夜。") <= set(new.vocab.chars)
    assert new.provenance["init_from"] == old.digest
    assert next(e for e in events if isinstance(e, Validated)).loss < 0.8 * math.log(len(new.vocab))


def test_begin_with_another_model_and_a_new_field(tmp_path) -> None:
    """Fine-tuning adds a field that the model lacks, and every old symbol keeps its weights."""
    path = tmp_path / "r.jsonl"
    path.write_text('{"title": "夜", "rhyme": "霜", "text": "床前明月光"}\n' * 100)

    def training(name: str, *fields: str, **settings) -> Trainer:
        request = TrainRequest(
            names=[str(path)],
            out=tmp_path / name,
            corpus=CorpusConfig(format="jsonl", fields=fields, validation=0.0),
            init_from=None if name == "one" else tmp_path / "one" / "model.safetensors",
            settings={**SMALL, "steps": 4, **settings},
        )
        return open_training(request, Ranks())

    list(recorded(training("one", "title")))
    begun = training("two", "title", "rhyme", written_fields=("rhyme",))

    old = load_bundle(tmp_path / "one" / "model.safetensors")
    vocab, weights = begun.setup.dataset.vocab, begun.setup.initial_weights
    assert vocab.fields == ("title", "rhyme")
    rows = [vocab.symbols.index(symbol) for symbol in old.vocab.symbols]
    for name in ("embedding", "output.weight", "output.bias"):
        assert np.allclose(weights[name].numpy()[rows], old.weights[name])
    with pytest.raises(CorpusError, match="conditioned on"):
        training("three", "rhyme")
    with pytest.raises(OptionError, match="no field 'form'"):
        training("four", "title", written_fields=("form",))


def test_begin_with_another_model_and_a_head_that_looks_back(owl, tmp_path, trained) -> None:
    """A new attention head leaves the logits unchanged at first, and is then trained."""
    init = trained / "model.safetensors"

    def training(**settings) -> Trainer:
        return open_training(
            TrainRequest(names=[str(owl)], out=tmp_path / "run", init_from=init, settings=settings),
            Ranks(),
        )

    with pytest.raises(OptionError, match="cannot become 24"):
        training(steps=3, hidden_size=24)
    begun = training(steps=3, batch_size=4, seq_length=16, attention=8)

    old, network = load_bundle(init), begun.learner.network
    plain = CharRNN(old.config)
    for name, weight in plain.named_weights().items():
        weight.data.copy_(torch.from_numpy(old.weights[name].astype(np.float32)))
    ids = torch.arange(6).reshape(3, 2)
    features, _ = network.read(ids, network.start(2))
    assert torch.equal(network.logits(features), plain.logits(plain.read(ids, plain.start(2))[0]))

    list(recorded(begun))
    new = load_bundle(tmp_path / "run" / "model.safetensors")
    assert new.config == replace(old.config, attention=8)
    read_by = "output.weight" if new.config.projection_size is None else "projection.weight"
    assert np.any(new.weights[read_by][:, old.config.hidden_size :])
