"""The optimizer: Muon for recurrent matrices, AdamW for the rest.

A recurrent matrix multiplies the state hundreds of times in a row, so a few directions with a large
gradient would dominate its update. Muon replaces the gradient's momentum by the nearest orthogonal
matrix, so that all directions change equally. It halves the number of updates that a given loss
needs (see `benchmarks/training.md`). Each gate is a matrix of its own. AdamW updates the tables
with a row for each symbol, because most of their rows have no gradient in an update.

Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; AdamW:
Loshchilov and Hutter 2019.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

from charbard.config import TrainConfig

__all__ = ["Optimizer"]

_MOMENTUM = 0.95
_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the quintic that drives singular values towards 1, from Jordan et al."""
_ROUNDS = 5
_BETWEEN = ("weight_ih", "attention.weight", "projection.weight")
_STACKED = {"attention.weight": 3}


@dataclass(frozen=True)
class _Averages:
    """AdamW's state for one weight."""

    exp_avg: Tensor
    exp_avg_sq: Tensor
    step: Tensor


class Optimizer:
    """Updates every weight in `step`. `tensors` and `restore` save and load its state."""

    def __init__(
        self, weights: Mapping[str, nn.Parameter], gates: int, config: TrainConfig
    ) -> None:
        self._config, self._gates, self._weights = config, gates, weights
        self._momentum = {
            name: torch.zeros_like(weight)
            for name, weight in weights.items()
            if config.optimizer == "muon" and _is_orthogonal(name, config.muon_scope)
        }
        self._averages = {
            name: _Averages(torch.zeros_like(weight), torch.zeros_like(weight), _zero(weight))
            for name, weight in weights.items()
            if name not in self._momentum
        }

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Apply the gradients, then clear them.

        Args:
            rate: Share of the peak learning rate, for Muon and AdamW.
        """
        decayed = [name for name in self._averages if self._weights[name].dim() > 1]
        self._adamw(decayed, rate, weight_decay=self._config.weight_decay)
        # Vectors do not decay: decay would pull biases to zero, above all those of forget gates.
        plain = [name for name in self._averages if self._weights[name].dim() == 1]
        self._adamw(plain, rate, weight_decay=0.0)
        self._muon(rate)
        for weight in self._weights.values():
            weight.grad = None

    def _muon(self, rate: float) -> None:
        """Update the momentum; every `muon_every` calls, also move the weights by a step that much
        longer.

        The momentum changes little from one update to the next, and orthogonalising it takes a
        third of the training time of a wide network.
        """
        every = self._config.muon_every
        stride = self._config.muon_rate * rate * every
        # AdamW's counter has already counted this update. It is saved with the state, so a resumed
        # run moves the weights at the same updates.
        updates = int(next(iter(self._averages.values())).step)
        for name, momentum in self._momentum.items():
            weight = self._weights[name]
            gradient = _gradient(weight)
            momentum.lerp_(gradient, 1 - _MOMENTUM)
            if updates % every:
                continue
            # Nesterov's look-ahead, as in the source.
            ahead = gradient.lerp(momentum, _MOMENTUM)
            blocks = self._blocks(name)
            # Gates are orthogonalised separately, or the gate with the largest gradient would
            # dominate.
            update = orthogonal(ahead.view(blocks, -1, ahead.shape[1]), self._config.precision)
            weight.mul_(1 - stride * self._config.weight_decay)
            weight.sub_(update.flatten(0, 1), alpha=stride)

    def _blocks(self, name: str) -> int:
        """Return the number of matrices in an array: a layer's gates, or query, key and value."""
        return self._gates if name.startswith("layer") else _STACKED.get(name, 1)

    def _adamw(self, names: Sequence[str], rate: float, *, weight_decay: float) -> None:
        """Call PyTorch's functional AdamW, because importing the class takes a second."""
        kept = [self._averages[name] for name in names]
        adamw(
            [self._weights[name] for name in names],
            [_gradient(self._weights[name]) for name in names],
            [average.exp_avg for average in kept],
            [average.exp_avg_sq for average in kept],
            [],
            [average.step for average in kept],
            fused=True,
            amsgrad=False,
            beta1=self._config.beta1,
            beta2=self._config.beta2,
            lr=self._config.learning_rate * rate,
            weight_decay=weight_decay,
            eps=1e-8,
            maximize=False,
        )

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Yield the optimizer's state, by name."""
        for name, momentum in self._momentum.items():
            yield f"momentum.{name}", momentum
        for name, averages in self._averages.items():
            for part, value in vars(averages).items():
                yield f"{part}.{name}", value

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Restore what `tensors` yielded; AdamW state that was not saved is left as it is."""
        for name, momentum in self._momentum.items():
            momentum.copy_(tensors[f"momentum.{name}"])
        for name, averages in self._averages.items():
            if f"step.{name}" in tensors:
                for part, value in vars(averages).items():
                    # A bundle stores the scalar number of updates as an array of length 1.
                    value.copy_(tensors[f"{part}.{name}"].view_as(value))


def _zero(weight: Tensor) -> Tensor:
    """Return a counter of updates for AdamW: a scalar 0 on the weight's device."""
    return torch.zeros((), dtype=torch.float32, device=weight.device)


def _gradient(weight: nn.Parameter) -> Tensor:
    assert weight.grad is not None
    return weight.grad


def _is_orthogonal(name: str, scope: str) -> bool:
    """Return whether Muon updates a weight.

    Muon updates the recurrent matrices; with scope "hidden", all matrices but embedding and output.
    """
    recurrent = name.endswith("weight_hh")
    return recurrent or (scope == "hidden" and name.endswith(_BETWEEN))


def orthogonal(matrix: Tensor, precision: str) -> Tensor:
    """Approximate the nearest (semi-)orthogonal matrices, with singular values in about 0.7..1.2.

    Args:
        matrix: Stacked matrices, (gates, rows, columns); not modified.
        precision: Precision of the arithmetic; bfloat16 suffices, as the result need not be exact.
    """
    kind = torch.bfloat16 if precision == "bfloat16" else matrix.dtype
    # The Frobenius norm bounds the largest singular value, so all of them begin within 0..1, where
    # the iteration converges.
    x: Tensor = matrix / (matrix.norm(dim=(1, 2), keepdim=True) + 1e-7)
    x = x.to(kind)
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x  # wide matrices, because their x x' is the smaller square
    a, b, c = _NEWTON_SCHULZ
    for _ in range(_ROUNDS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return (x.mT if tall else x).to(matrix.dtype)
