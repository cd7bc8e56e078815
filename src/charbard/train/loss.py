"""Softmax and cross-entropy over thousands of symbols without keeping their scores.

With 7,000 symbols the scores of one batch are 100 MB and their traffic costs more than the
arithmetic. Here they are made, used and forgotten a few hundred rows at a time: the gradient is
taken on the spot, in the forward pass, while the scores are still in the cache. Rows without a
target, such as a record's fields, cost nothing.

Shape letters: N predictions, P features, V symbols.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

__all__ = ["summed_cross_entropy"]

_CHUNK_NUMBERS = 1 << 20
"""Scores held at a time: 4 MB in float32, which a core's cache holds for the most part."""


def summed_cross_entropy(
    features_NP: Tensor, weight_VP: Tensor, bias_V: Tensor, targets_N: Tensor
) -> Tensor:
    """Sum over the predictions of -log softmax(features weight' + bias)[target], in nats.

    Args:
        features_NP: What the output layer reads.
        weight_VP: Its weight.
        bias_V: Its bias.
        targets_N: The right symbols; -1 does not count.

    Returns:
        A scalar in float32, or float64 if the weights are.
    """
    device, kind = features_NP.device.type, features_NP.dtype
    if torch.is_autocast_enabled(device):
        kind = torch.get_autocast_dtype(device)
    apply: Any = _ChunkedCrossEntropy.apply
    with torch.autocast(device, enabled=False):
        result: Tensor = apply(features_NP.to(kind), weight_VP, bias_V, targets_N)
    return result


class _ChunkedCrossEntropy(Function):
    @staticmethod
    def forward(
        ctx: Any, features_NP: Tensor, weight_VP: Tensor, bias_V: Tensor, targets_N: Tensor
    ) -> Tensor:
        kind = features_NP.dtype
        weight = weight_VP.to(kind)
        grad_features = torch.zeros_like(features_NP)
        grad_weight, grad_bias = torch.zeros_like(weight_VP), torch.zeros_like(bias_V)
        total = bias_V.new_zeros(())
        counted = (targets_N >= 0).nonzero()[:, 0]
        for rows in torch.split(counted, max(1, _CHUNK_NUMBERS // len(weight))):
            features, right = features_NP[rows], targets_N[rows, None]
            slope = torch.softmax((features @ weight.T).to(bias_V.dtype).add_(bias_V), 1)
            likely = slope.gather(1, right).clamp_(min=torch.finfo(slope.dtype).tiny)
            total -= likely.log_().sum()
            if any(ctx.needs_input_grad):
                slope.scatter_add_(1, right, slope.new_full((), -1.0).expand(len(right), 1))
                grad_bias += slope.sum(0)
                slope = slope.to(kind)
                grad_features[rows] = slope @ weight
                grad_weight += slope.T @ features
        ctx.save_for_backward(grad_features, grad_weight, grad_bias)
        return total

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        grad_features, grad_weight, grad_bias = ctx.saved_tensors
        (scale,) = grads
        grad_features = grad_features * scale.to(grad_features.dtype)
        return grad_features, grad_weight * scale, grad_bias * scale, None
