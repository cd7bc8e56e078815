"""The fused loss and its gradients equal torch's own."""

import itertools
import math

import pytest
import torch

from charbard.train import loss as loss_module
from charbard.train.loss import sampled_cross_entropy, summed_cross_entropy


@pytest.mark.parametrize("chunk", [7, 1 << 20], ids=["many chunks", "one chunk"])
def test_loss_and_gradients_are_torchs(monkeypatch, chunk: int) -> None:
    """The summed loss and its gradients equal torch's; targets of -1 are ignored."""
    monkeypatch.setattr(loss_module, "_CHUNK_NUMBERS", chunk)
    torch.manual_seed(0)
    leaves = [torch.randn(*shape).double().requires_grad_() for shape in ((50, 6), (9, 6), (9,))]
    targets = torch.randint(-1, 9, (50,))

    fused = summed_cross_entropy(*leaves, targets)
    plain = torch.nn.functional.cross_entropy(
        leaves[0] @ leaves[1].T + leaves[2], targets, ignore_index=-1, reduction="sum"
    )

    assert torch.allclose(fused, plain)
    for ours, theirs in zip(
        torch.autograd.grad(3 * fused, leaves), torch.autograd.grad(3 * plain, leaves), strict=True
    ):
        assert torch.allclose(ours, theirs)


def test_in_16_bits_it_agrees_too() -> None:
    """Under bfloat16 autocast, the loss and gradients match the float32 ones to within rounding."""
    torch.manual_seed(0)
    leaves = [torch.randn(*shape).requires_grad_() for shape in ((40, 6), (9, 6), (9,))]
    targets = torch.randint(-1, 9, (40,))

    exact = summed_cross_entropy(*leaves, targets)
    with torch.autocast("cpu", torch.bfloat16):
        rough = summed_cross_entropy(*leaves, targets)

    assert torch.allclose(rough, exact, rtol=0.02)
    for ours, theirs in zip(
        torch.autograd.grad(rough, leaves), torch.autograd.grad(exact, leaves), strict=True
    ):
        assert ours.dtype == theirs.dtype
        assert torch.allclose(ours, theirs, atol=0.1)


def _leaves(symbols: int = 9) -> list[torch.Tensor]:
    torch.manual_seed(0)
    shapes = ((50, 6), (symbols, 6), (symbols,))
    return [torch.randn(*shape).double().requires_grad_() for shape in shapes]


def _estimated(leaves: list[torch.Tensor], targets: torch.Tensor, rare: list[int]) -> torch.Tensor:
    """Compute the sampled loss by its definition, one prediction at a time."""
    features, weight, bias = leaves
    stands_for, total = (len(bias) - 4) / len(rare), features.new_zeros(())
    for row, right in enumerate(targets.tolist()):
        if right >= 0:
            scores = (weight @ features[row] + bias).exp()
            others = [scores[c] for c in range(4) if c != right]
            others += [stands_for * scores[c] for c in rare if c != right]
            total = total - (scores[right] / (scores[right] + sum(others))).log()
    return total


@pytest.mark.parametrize("chunk", [13, 1 << 20], ids=["many chunks", "one chunk"])
@pytest.mark.parametrize("rare", [[6], [8, 4], [4, 5, 6, 7, 8]], ids=str)
def test_a_sample_is_counted_as_defined(monkeypatch, chunk: int, rare: list[int]) -> None:
    """The sampled loss and gradients match the definition, whether or not the target is sampled."""
    monkeypatch.setattr(loss_module, "_CHUNK_NUMBERS", chunk)
    monkeypatch.setattr(loss_module, "COMMON", 4)
    leaves, targets = _leaves(), torch.randint(-1, 9, (50,))

    sampled = sampled_cross_entropy(*leaves, targets, torch.tensor(rare))
    wanted = _estimated(leaves, targets, rare)

    assert torch.allclose(sampled, wanted)
    for ours, theirs in zip(
        torch.autograd.grad(3 * sampled, leaves),
        torch.autograd.grad(3 * wanted, leaves),
        strict=True,
    ):
        assert torch.allclose(ours, theirs)


def test_a_sample_of_all_is_the_loss_and_others_stand_for_them(monkeypatch) -> None:
    """A sample of all rare symbols gives the full loss.

    Smaller samples give an unbiased estimate of the softmax sum.
    """
    monkeypatch.setattr(loss_module, "COMMON", 4)
    leaves, targets = _leaves(), torch.randint(0, 4, (50,))
    whole = summed_cross_entropy(*leaves, targets)

    every = sampled_cross_entropy(*leaves, targets, torch.arange(4, 9))
    one = [leaf.detach() for leaf in (leaves[0][:1], *leaves[1:])]
    sums = [
        math.exp(float(sampled_cross_entropy(*one, targets[:1], torch.tensor(pair))))
        for pair in itertools.combinations(range(4, 9), 2)
    ]

    assert torch.allclose(every, whole)
    assert sum(sums) / len(sums) == pytest.approx(
        math.exp(float(summed_cross_entropy(*one, targets[:1])))
    )
