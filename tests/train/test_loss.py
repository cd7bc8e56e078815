"""The fused loss is torch's own, in less memory."""

import pytest
import torch

from charbard.train import loss as loss_module
from charbard.train.loss import summed_cross_entropy


@pytest.mark.parametrize("chunk", [7, 1 << 20], ids=["many chunks", "one chunk"])
def test_loss_and_gradients_are_torchs(monkeypatch, chunk: int) -> None:
    """Sum and all three gradients agree with cross_entropy, targets of -1 left out."""
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
    """Under autocast products are taken in bfloat16, whatever the features are in."""
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
