"""Compute softmax and cross-entropy over thousands of symbols without storing all scores.

With 7,000 symbols the scores of one batch are 100 MB, and memory traffic costs more than the
arithmetic. So a few hundred rows are computed at a time, and their gradient is computed in the
forward pass while the scores are still in the cache. Rows without a target, such as a record's
fields, cost nothing.

The sampled loss uses the commonest symbols and a random sample of the rare ones. It is an estimate
for training only; validation uses the full loss.

Shape letters: N predictions, P features, V symbols, C symbols in the sample, R rare symbols in it.
"""

import math
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

__all__ = ["COMMON", "sampled_cross_entropy", "summed_cross_entropy"]

COMMON = 1_000
"""Number of commonest symbols; every sample contains them, because they make up most of a text."""

_CHUNK_NUMBERS = 1 << 20
"""Number of scores in memory at once: 4 MB in float32, about the size of a core's cache."""


def summed_cross_entropy(
    features_NP: Tensor, weight_VP: Tensor, bias_V: Tensor, targets_N: Tensor
) -> Tensor:
    """Sum over the predictions of -log softmax(features weight' + bias)[target], in nats.

    Args:
        features_NP: Input of the output layer.
        weight_VP: Weight of the output layer.
        bias_V: Bias of the output layer.
        targets_N: The symbols to predict; a target of -1 does not count.

    Returns:
        A scalar in float32; in float64 if the weights are in float64.
    """
    return _applied(_ChunkedCrossEntropy, features_NP, weight_VP, bias_V, targets_N)


def sampled_cross_entropy(
    features_NP: Tensor, weight_VP: Tensor, bias_V: Tensor, targets_N: Tensor, rare_R: Tensor
) -> Tensor:
    """Estimate `summed_cross_entropy` from the `COMMON` first symbols and a sample of the rest.

    The estimate of the softmax's denominator is unbiased: a sampled symbol is weighted by the
    inverse of its probability of being drawn. The target is always included once, with weight 1.

    Args:
        features_NP: Input of the output layer.
        weight_VP: Weight of the output layer.
        bias_V: Bias of the output layer.
        targets_N: The symbols to predict; a target of -1 does not count.
        rare_R: Distinct symbols with ids from `COMMON` on, drawn uniformly.
    """
    return _applied(_SampledCrossEntropy, features_NP, weight_VP, bias_V, targets_N, rare_R)


def _applied(function: type[Function], features_NP: Tensor, *others: Tensor) -> Tensor:
    """Apply a custom `Function` in autocast's dtype; torch casts no inputs of such functions."""
    device, kind = features_NP.device.type, features_NP.dtype
    if torch.is_autocast_enabled(device):
        kind = torch.get_autocast_dtype(device)
    apply: Any = function.apply
    with torch.autocast(device, enabled=False):
        result: Tensor = apply(features_NP.to(kind), *others)
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
            # The gradient of the loss with respect to the scores is softmax - one-hot. So `slope`
            # first is the softmax, which gives the loss, and then becomes the gradient in place.
            slope = torch.softmax((features @ weight.T).to(bias_V.dtype).add_(bias_V), 1)
            # A probability that underflowed to 0 would make the loss infinite.
            likely = slope.gather(1, right).clamp_(min=torch.finfo(slope.dtype).tiny)
            total -= likely.log_().sum()
            if any(ctx.needs_input_grad):
                slope.scatter_add_(1, right, slope.new_full((), -1.0).expand(len(right), 1))
                grad_bias += slope.sum(0)
                slope = slope.to(kind)
                grad_features[rows] = slope @ weight
                grad_weight += slope.T @ features
        # The gradients are already computed, for a loss of weight 1; the backward pass only scales
        # them.
        ctx.save_for_backward(grad_features, grad_weight, grad_bias)
        return total

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        grad_features, grad_weight, grad_bias = ctx.saved_tensors
        (scale,) = grads
        grad_features = grad_features * scale.to(grad_features.dtype)
        return grad_features, grad_weight * scale, grad_bias * scale, None


class _SampledCrossEntropy(Function):
    @staticmethod
    def forward(
        ctx: Any,
        features_NP: Tensor,
        weight_VP: Tensor,
        bias_V: Tensor,
        targets_N: Tensor,
        rare_R: Tensor,
    ) -> Tensor:
        kind, symbols = features_NP.dtype, len(weight_VP)
        seen_C = torch.cat((torch.arange(COMMON, device=rare_R.device), rare_R))
        place_V = seen_C.new_full((symbols,), -1)
        place_V[seen_C] = torch.arange(len(seen_C), device=seen_C.device)
        weight, bias_C = weight_VP[seen_C].to(kind), bias_V[seen_C]
        # Each sampled symbol represents (symbols - COMMON) / R rare ones in the sum of e^score.
        bias_C[COMMON:] += math.log((symbols - COMMON) / len(rare_R))
        grad_features = torch.zeros_like(features_NP)
        grad_weight, grad_bias = torch.zeros_like(weight_VP), torch.zeros_like(bias_V)
        grad_seen = weight.new_zeros(weight.shape, dtype=weight_VP.dtype)
        total = bias_V.new_zeros(())
        counted = (targets_N >= 0).nonzero()[:, 0]
        for rows in torch.split(counted, max(1, _CHUNK_NUMBERS // len(seen_C))):
            features, right = features_NP[rows], targets_N[rows]
            right_weight = weight_VP[right].to(kind)
            right_score = (features * right_weight).sum(1).to(bias_V.dtype) + bias_V[right]
            scores = (features @ weight.T).to(bias_V.dtype).add_(bias_C)
            # A target that is also in the sample must not count twice.
            drawn = (place_V[right] >= 0).nonzero()[:, 0]
            scores[drawn, place_V[right[drawn]]] = -torch.inf
            norm = torch.logaddexp(scores.logsumexp(1), right_score)
            total += (norm - right_score).sum()
            slope = scores.sub_(norm[:, None]).exp_()
            right_slope = (right_score - norm).expm1()  # p - 1, exact even where p is near 1
            grad_bias[seen_C] += slope.sum(0)
            grad_bias.index_add_(0, right, right_slope)
            slope, wide = slope.to(kind), right_slope[:, None].to(kind)
            grad_features[rows] = (slope @ weight).addcmul_(wide, right_weight)
            grad_seen += slope.T @ features
            grad_weight.index_add_(0, right, (wide * features).to(grad_weight.dtype))
        grad_weight[seen_C] += grad_seen
        ctx.save_for_backward(grad_features, grad_weight, grad_bias)
        return total

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        return (*_ChunkedCrossEntropy.backward(ctx, *grads), None)
