"""A network with attention attends only to what it has read, and learns from it."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from charbard.config import CELLS, ModelConfig, TrainConfig
from charbard.errors import OptionError
from charbard.train.attention import Memory, attend
from charbard.train.batches import Batch
from charbard.train.distributed import Ranks
from charbard.train.learner import Learner
from charbard.train.network import CharRNN

MODEL = ModelConfig(vocab_size=7, hidden_size=16, embedding_size=8, attention=6, attention_span=9)
EVERY_CELL = pytest.mark.parametrize("cell", CELLS)


def _one_by_one(asked: Tensor, memory: Memory, span: int) -> Tensor:
    """Compute attention by its definition, place by place and row by row."""
    time, rows, width = len(asked), asked.shape[1], asked.shape[2] // 3
    found = []
    for row in range(rows):
        known = int(memory.known_1B1[0, row, 0])
        kept = memory.past_MBA2[len(memory.past_MBA2) - known :, row]
        places = torch.cat((kept, asked[:, row, width:]))
        for at in range(time):
            seen = places[: known + at][-span:]
            scores = seen[:, :width] @ asked[at, row, :width] / width**0.5
            weights = torch.cat((scores.new_zeros(1), scores)).softmax(0)[1:]
            found.append(weights @ seen[:, width:])
    return torch.stack(found).view(rows, time, width).transpose(0, 1)


@pytest.mark.parametrize("kept", [0, 1, 5])
@pytest.mark.parametrize("span", [1, 4, 50])
def test_a_window_at_once_is_place_by_place(kept: int, span: int) -> None:
    """`attend` gives the same values and gradients as a loop, whatever the cached context."""
    generator = torch.Generator().manual_seed(kept * 100 + span)
    asked, past = (
        torch.randn(size, 3, width, generator=generator, dtype=torch.float64, requires_grad=True)
        for size, width in ((7, 12), (kept, 8))
    )
    known = torch.tensor([0, kept, kept // 2]).clamp(max=kept).double().view(1, 3, 1)
    slope = torch.randn(7, 3, 4, generator=generator, dtype=torch.float64)

    found, _ = attend(asked, Memory(past, known), span)
    wanted = _one_by_one(asked, Memory(past, known), span)

    assert torch.allclose(found, wanted)
    for got, right in zip(
        torch.autograd.grad((found * slope).sum(), (asked, past)),
        torch.autograd.grad((wanted * slope).sum(), (asked, past)),
        strict=True,
    ):
        assert torch.allclose(got, right)


def test_gradients_are_those_of_the_loss() -> None:
    """The gradients of the head's weights agree with finite differences of the loss."""
    network = CharRNN(MODEL, generator=torch.Generator().manual_seed(3)).double()
    ids = torch.randint(7, (12, 2), generator=torch.Generator().manual_seed(4))
    names = ("attention.weight", "attention.bias", "projection.weight", "output.weight")
    weights = [weight for name, weight in network.named_weights().items() if name in names]

    def loss(*_: Tensor) -> Tensor:
        summed: Tensor = network(ids[:-1], ids[1:], network.start(2))[0]
        return summed

    assert torch.autograd.gradcheck(loss, weights)


@EVERY_CELL
@pytest.mark.parametrize("cuts", [[0, 1, 4, 20, 40], [0, 30, 31, 40]])
def test_cut_windows_read_as_one(cell: str, cuts: list[int]) -> None:
    """A text gives the same features at every place, however it is cut into windows."""
    model = ModelConfig(**{**MODEL.__dict__, "cell": cell, "num_layers": 2, "projection_size": 5})
    network = CharRNN(model, generator=torch.Generator().manual_seed(1)).eval()
    ids = torch.randint(7, (40, 3), generator=torch.Generator().manual_seed(2))

    whole, end = network.read(ids, network.start(3))
    state, parts = network.start(3), []
    for start, stop in pairwise(cuts):
        part, state = network.read(ids[start:stop], state)
        parts.append(part)

    assert torch.allclose(whole, torch.cat(parts), atol=1e-6)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(end, state, strict=True))
    assert len(end[-2]) == MODEL.attention_span


def test_what_was_read_matters_as_far_as_it_sees() -> None:
    """Without recurrence, a character affects only its own place and the span that follows it."""
    cell = ModelConfig(**{**MODEL.__dict__, "cell": "rnn"})
    network = CharRNN(cell, generator=torch.Generator().manual_seed(1)).eval()
    network.weight("layer0.weight_hh").detach().zero_()
    ids = torch.zeros(20, 1, dtype=torch.long)
    other = ids.clone()
    other[5] = 3

    read, changed = (network.read(text, network.start(1))[0] for text in (ids, other))
    change = (read - changed).abs().sum((1, 2))

    assert change[:5].max() == 0
    assert (change[5 : 6 + MODEL.attention_span] > 0).all()
    assert change[6 + MODEL.attention_span :].max() == 0


def _batch(seed: int, *, fresh: bool = False, continues: bool = False) -> Batch:
    text = torch.randint(7, (6, 4), generator=torch.Generator().manual_seed(seed))
    return Batch(text[:-1], text[1:], 20, 4, fresh=fresh, continues=continues)


def test_a_new_record_sees_nothing_of_the_one_before() -> None:
    """The loss of a fresh batch, or after a reset of the state, does not depend on earlier text."""
    config = TrainConfig(steps=9, batch_size=4, reset=1.0, learning_rate=1e-7, muon_rate=1e-7)
    fresh, late, forgetful = (Learner(MODEL, config, Ranks()) for _ in range(3))
    for learner in (late, forgetful):
        learner.update(_batch(0, fresh=True), 0.0)

    losses = [
        fresh.update(_batch(1, fresh=True), 0.0).loss,
        late.update(_batch(1, fresh=True), 0.0).loss,
        forgetful.update(_batch(1), 0.0).loss,
    ]

    assert losses == pytest.approx([losses[0]] * 3, abs=1e-6)
    carried = Learner(MODEL, config, Ranks())
    carried.update(_batch(0, fresh=True), 0.0)
    assert carried.update(_batch(1, continues=True), 0.0).loss != pytest.approx(losses[0], abs=1e-6)


@EVERY_CELL
@pytest.mark.parametrize("optimizer", ["muon", "adamw"])
def test_restored_it_goes_on_bit_for_bit(cell: str, optimizer: str) -> None:
    """`restore` includes the cached context, so that later updates give bit-identical weights."""
    model = ModelConfig(**{**MODEL.__dict__, "cell": cell})
    config = TrainConfig(
        steps=50, batch_size=4, reset=0.3, dropout_output=0.2, optimizer=optimizer,
        muon_scope="hidden",
    )  # fmt: skip
    learner, other = (Learner(model, config, Ranks()) for _ in range(2))
    for step in range(5):
        learner.update(_batch(step), 0.5)
    other.restore(learner.tensors(), learner.step_count)
    for step in range(5, 10):
        for one in (learner, other):
            one.update(_batch(step), 0.5)

    ours, theirs = learner.tensors(), other.tensors()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@EVERY_CELL
def test_it_copies_what_a_state_forgets(cell: str) -> None:
    """A network with attention learns to repeat a passage better than a network without it."""
    generator = torch.Generator().manual_seed(0)
    losses = {}
    for width in (None, 16):
        model = ModelConfig(
            vocab_size=12, cell=cell, hidden_size=24, embedding_size=12, attention=width
        )
        learner = Learner(model, TrainConfig(steps=1, batch_size=32, learning_rate=0.01), Ranks())
        recent = []
        for _ in range(150):
            half = torch.randint(1, 12, (8, 32), generator=generator)
            text = torch.cat((half, torch.zeros(1, 32).long(), half))
            targets = text[1:].clone()
            targets[:8] = -1
            batch = Batch(text[:-1], targets, 8 * 32, 32, fresh=True)
            recent.append(learner.update(batch, 1.0).loss)
        losses[width] = sum(recent[-50:]) / 50

    assert losses[16] < losses[None]


def test_a_head_needs_a_width() -> None:
    """An attention head with a width or span below one is refused."""
    for name in ("attention", "attention_span"):
        with pytest.raises(OptionError, match=name):
            ModelConfig(**{**MODEL.__dict__, name: 0})
