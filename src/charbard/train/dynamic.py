"""Dynamic evaluation: the model keeps learning from the text that it was just scored on.

Source: Krause, Kahembwe, Murray, Renals 2018, "Dynamic evaluation of neural sequence models". Steps
are scaled by the root mean square of past gradients; weights are pulled towards their initial
values.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.train.network import CharRNN

__all__ = ["dynamic_loss"]

_STRETCH = 32
_RATE = 1e-3
_PULL = 2e-3
_MEMORY = 0.99
_STEADY = 1e-5
"""Added to the divisor, so that the step is finite where a weight's gradients were near zero."""


def dynamic_loss(bundle: Bundle, ids: NDArray[np.integer]) -> float:
    """Return nats per character of ids[1:], read as one stream by a model that learns as it goes.

    The bundle is not changed.
    """
    network = CharRNN(bundle.config)
    named = network.named_weights()
    with torch.no_grad():
        for name, weight in named.items():
            weight.copy_(torch.from_numpy(np.array(bundle.weights[name])))
    weights = list(named.values())
    origin = [weight.detach().clone() for weight in weights]
    squares = [torch.zeros_like(weight) for weight in weights]
    text = torch.from_numpy(np.asarray(ids, np.int64))[:, None]
    state, total = network.start(1), 0.0
    for start in range(0, len(text) - 1, _STRETCH):
        chunk = text[start : start + _STRETCH + 1]
        loss, after = network(chunk[:-1], chunk[1:], state)
        total += float(loss.detach())
        # The chunk is scored before the model learns from it, so that the loss is of unseen text.
        grads = torch.autograd.grad(loss / (len(chunk) - 1), weights)
        _learn(weights, grads, origin, squares, start // _STRETCH + 1)
        state = tuple(part.detach() for part in after)
    return total / (len(text) - 1)


@torch.no_grad()
def _learn(
    weights: list[torch.nn.Parameter],
    grads: tuple[torch.Tensor, ...],
    origin: list[torch.Tensor],
    squares: list[torch.Tensor],
    step: int,
) -> None:
    # As in Adam, the running mean starts from zero and would be too small at first without this.
    correction = 1 - _MEMORY**step
    for weight, grad, start, square in zip(weights, grads, origin, squares, strict=True):
        square.mul_(_MEMORY).addcmul_(grad, grad, value=1 - _MEMORY)
        weight.addcdiv_(grad, (square / correction).sqrt_().add_(_STEADY), value=-_RATE)
        weight.lerp_(start, _PULL)
