"""One update of the weights: loss, dropout, optimizer, learning rate and averaging."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from charbard.config import CELLS, ModelConfig, TrainConfig
from charbard.errors import TrainingError
from charbard.train.batches import Batch
from charbard.train.distributed import Ranks
from charbard.train.hardware import lstm_takes_bfloat16
from charbard.train.learner import Learner
from charbard.train.network import CharRNN, Noise
from charbard.train.optimizer import Optimizer, orthogonal
from charbard.train.schedule import rate_at

MODEL = ModelConfig(vocab_size=7, hidden_size=16, embedding_size=8, num_layers=2)
DROPOUT = {"dropout": 0.2, "dropout_input": 0.1, "dropout_output": 0.3, "dropout_recurrent": 0.2}


def _batch(seed: int = 0, rows: int = 4) -> Batch:
    text = torch.randint(7, (11, rows), generator=torch.Generator().manual_seed(seed))
    return Batch(text[:-1], text[1:], 10 * rows, rows, fresh=False)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "how",
    [
        {"optimizer": "muon"},
        {"optimizer": "muon", "muon_scope": "hidden"},
        {"optimizer": "adamw"},
    ],
    ids=lambda how: "-".join(how.values()),
)
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "float64"])
def test_every_cell_learns(cell: str, how: dict[str, str], precision: str) -> None:
    """A hundred updates cut the loss by a third; bfloat16 is refused if the processor lacks it."""
    model = ModelConfig(**{**MODEL.__dict__, "cell": cell, "projection_size": 8, "tied": True})
    config = TrainConfig(
        steps=100,
        batch_size=4,
        learning_rate=0.03,
        precision=precision,
        reset=0.0,
        dropout_recurrent=0.05,
        dropout_output=0.05,
        **how,
    )
    if precision == "bfloat16" and cell == "lstm" and not lstm_takes_bfloat16():
        with pytest.raises(TrainingError, match="bfloat16"):
            Learner(model, config, Ranks())
        return
    learner = Learner(model, config, Ranks())

    losses = [learner.update(_batch(), 1.0).loss for _ in range(100)]

    assert losses[-1] < 0.67 * losses[0]


def test_restored_it_goes_on_bit_for_bit() -> None:
    """After `restore`, every later update gives bit-identical weights."""
    config = TrainConfig(steps=50, batch_size=4, reset=0.2, **DROPOUT)
    learner = Learner(MODEL, config, Ranks())
    for step in range(5):
        learner.update(_batch(step), 0.5)
    kept, count = learner.tensors(), learner.step_count
    for step in range(5, 10):
        learner.update(_batch(step), 0.5)

    other = Learner(MODEL, config, Ranks())
    other.restore(kept, count)
    for step in range(5, 10):
        other.update(_batch(step), 0.5)

    ours, theirs = learner.tensors(), other.tensors()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_adamw_is_that_of_torch_bit_for_bit() -> None:
    """Updates equal those of torch's AdamW at changing rates; only matrices have weight decay."""
    config = TrainConfig(steps=9, optimizer="adamw", learning_rate=0.02, weight_decay=0.1)
    ours = {
        name: torch.nn.Parameter(torch.randn(shape)) for name, shape in (("w", (5, 3)), ("b", 4))
    }
    theirs = {name: torch.nn.Parameter(weight.detach().clone()) for name, weight in ours.items()}
    groups = [{"params": [theirs["w"]]}, {"params": [theirs["b"]], "weight_decay": 0.0}]
    betas = (config.beta1, config.beta2)
    optimizer = Optimizer(ours, 1, config)
    adamw = torch.optim.AdamW(groups, weight_decay=0.1, betas=betas, fused=True)

    for step in range(9):
        for name, weight in ours.items():
            weight.grad = torch.randn_like(weight)
            theirs[name].grad = weight.grad.clone()
        for group in adamw.param_groups:
            group["lr"] = 0.02 / (step + 1)
        optimizer.step(1 / (step + 1))
        adamw.step()

    assert all(torch.equal(weight, theirs[name]) for name, weight in ours.items())


def test_rarer_orthogonal_updates_go_as_far() -> None:
    """With `muon_every=3`, a matrix moves only in every third update, but three times as far."""
    moved = {}
    for every in (1, 3):
        config = TrainConfig(steps=9, muon_every=every, weight_decay=0.0)
        weights = {
            "layer0.weight_hh": torch.nn.Parameter(torch.zeros(8, 4)),
            "output.bias": torch.nn.Parameter(torch.zeros(2)),
        }
        optimizer = Optimizer(weights, 2, config)
        lengths = []
        for _ in range(6):
            for weight in weights.values():
                weight.grad = torch.ones_like(weight).cumsum(0)
            optimizer.step(1.0)
            lengths.append(float(weights["layer0.weight_hh"].detach().norm()))
        moved[every] = lengths

    assert moved[3][:2] == [0, 0]
    assert moved[3][2] == moved[3][4] == pytest.approx(moved[1][2], rel=1e-3)
    assert moved[3][5] == pytest.approx(moved[1][5], rel=1e-3)


@pytest.mark.parametrize("shape", [(4, 32, 32), (4, 64, 32), (1, 32, 64)])
def test_updates_are_orthogonal_gate_by_gate(shape) -> None:
    """Most singular values of a Muon update are near 1, whatever those of the gradient."""
    gradient = torch.randn(shape) * torch.logspace(-1, 1, shape[2])

    values = torch.linalg.svdvals(orthogonal(gradient, "float32"))

    # Five rounds of the quintic are too few for the smallest singular values to get near 1.
    assert values.max() < 1.3
    assert values.quantile(0.2) > 0.6


@pytest.mark.parametrize(("symbols", "drawn"), [(1500, 200), (1500, 500), (900, 5)])
def test_rarer_symbols_are_drawn_anew_for_each_step(symbols: int, drawn: int) -> None:
    """Each step samples distinct rare symbols anew, or none if the sample would include all."""
    model = ModelConfig(vocab_size=symbols, hidden_size=4)
    config = TrainConfig(steps=1, softmax_sample=drawn)
    generator = torch.Generator().manual_seed(0)
    first, second = (
        Noise.draw(model, config, batch=2, rows=slice(None), generator=generator).rare_R
        for _ in range(2)
    )

    if (symbols, drawn) != (1500, 200):
        assert first is None
        return
    assert len(first.unique()) == 200
    assert first.min() >= 1000
    assert first.max() < 1500
    assert not torch.equal(first, second)


def test_masks_keep_the_mean_and_are_locked_over_time() -> None:
    """A dropout mask has no time axis, and its values are 0 or 1 / (1 - share) with a mean of 1."""
    config = TrainConfig(steps=1, batch_size=500, **DROPOUT)
    noise = Noise.draw(
        MODEL, config, batch=500, rows=slice(None), generator=torch.Generator().manual_seed(0)
    )

    for mask, share in (
        (noise.input_BE, 0.1),
        (noise.between_LBH, 0.2),
        (noise.output_BW, 0.3),
        (noise.recurrent_LGH, 0.2),
    ):
        assert set(np.unique(mask.numpy().round(4))) == {0.0, round(np.float32(1 / (1 - share)), 4)}
        assert abs(float(mask.mean()) - 1) < 0.05


def test_a_whole_batch_is_the_sum_of_its_rows() -> None:
    """The loss of a batch is the sum of its rows' losses, and targets of -1 are ignored."""
    network = CharRNN(MODEL)
    batch = _batch()
    targets = batch.targets_TB.clone()
    targets[3:, 1] = -1

    whole, _ = network(batch.ids_TB, targets, network.start(4))
    rows = sum(
        network(batch.ids_TB[:, [r]], targets[:, [r]], network.start(1))[0] for r in range(4)
    )

    assert torch.allclose(whole, rows, rtol=1e-5)


@pytest.mark.parametrize("sample", [None, 3])
def test_a_batch_without_targets_changes_next_to_nothing(sample: int | None) -> None:
    """A batch without targets has a loss of zero and leaves the weights unchanged."""
    model = ModelConfig(vocab_size=1010, hidden_size=8, embedding_size=4, attention=4)
    learner = Learner(
        model, TrainConfig(steps=9, batch_size=4, softmax_sample=sample, weight_decay=0.0), Ranks()
    )
    before = learner.tensors()
    batch = Batch(_batch().ids_TB, torch.full((10, 4), -1), 0, 4, fresh=True)

    result = learner.update(batch, 1.0)

    assert (result.loss, result.grad_norm) == (0, 0)
    after = learner.tensors()
    assert all(
        torch.equal(before[name], after[name]) for name in before if name.startswith("weight")
    )


def test_forget_gates_start_open() -> None:
    """In a new LSTM, forget gates have a bias of 1, and input gates a bias of at most 0.25."""
    network = CharRNN(MODEL)

    assert (network.weight("layer1.bias_ih")[16:32] == 1).all()
    assert network.weight("layer1.bias_ih")[:16].abs().max() <= 0.25


def test_the_average_follows_the_weights() -> None:
    """The averaged weights equal the latest weights after one update, and lag behind later."""
    learner = Learner(MODEL, TrainConfig(steps=99, batch_size=4, average=0.2), Ranks())
    learner.update(_batch(), 1.0)
    first = _lag(learner)
    for step in range(40):
        learner.update(_batch(step), 1.0)

    assert first == 0
    assert 0 < _lag(learner) < 0.5


def _lag(learner: Learner) -> float:
    average, latest = (net.weight("embedding") for net in (learner.average, learner.network))
    return float((average - latest).abs().max().detach())


@pytest.mark.parametrize("decay", ["linear", "cosine", "constant"])
def test_rates_rise_then_fall(decay: str) -> None:
    """The learning rate starts above zero, peaks at the end of warm-up and never rises again."""
    config = TrainConfig(steps=1, warmup=0.1, decay=decay, final_rate=0.05)
    rates = [rate_at(index / 100, config) for index in range(101)]

    assert rates[0] > 0
    assert max(rates) == rates[10] == 1.0
    assert all(a >= b for a, b in pairwise(rates[10:]))
    assert rates[-1] == (1.0 if decay == "constant" else 0.05)
