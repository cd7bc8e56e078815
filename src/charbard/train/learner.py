"""Perform updates: forward, backward, clip, optimizer, EMA. `Learner` owns the state they change.

Shape letters: L layers, B rows, H hidden.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from charbard.config import ModelConfig, TrainConfig
from charbard.errors import TrainingError
from charbard.train.batches import Batch
from charbard.train.distributed import Ranks
from charbard.train.hardware import lstm_takes_bfloat16
from charbard.train.network import CharRNN, Noise, State
from charbard.train.optimizer import Optimizer

__all__ = ["Learner", "StepResult", "arithmetic", "device_of"]


@dataclass(frozen=True)
class StepResult:
    """Result of one update."""

    loss: float
    """Nats per character, on this process's rows."""
    grad_norm: float


def arithmetic(config: TrainConfig) -> AbstractContextManager[object]:
    """Return the autocast context for the configured precision.

    With bfloat16, products are computed in 16 bits, while weights and sums stay in 32.
    """
    return torch.autocast(config.device, torch.bfloat16, enabled=config.precision == "bfloat16")


def device_of(config: TrainConfig, ranks: Ranks) -> torch.device:
    """Return the CPU, or this process's GPU.

    Raises:
        TrainingError: A GPU is requested, and torch finds none.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise TrainingError(
            "torch finds no graphics card",
            code="device.none",
            hint="leave out device, or install torch for your card",
        )
    return torch.device("cpu" if config.device == "cpu" else f"cuda:{ranks.local_rank}")


def check_precision(model: ModelConfig, config: TrainConfig) -> None:
    """Raise if this processor does not support the configured precision.

    Raises:
        TrainingError: The processor cannot train an LSTM in bfloat16.
    """
    wants = config.precision == "bfloat16" and config.device == "cpu" and model.cell == "lstm"
    if wants and not lstm_takes_bfloat16():
        raise TrainingError(
            "this processor cannot train an LSTM in bfloat16",
            code="precision.lstm",
            hint="leave out ⟪precision⟫, or choose ⟪precision=float32⟫ or ⟪cell=gru⟫",
        )


@contextmanager
def room_for(model: ModelConfig) -> Iterator[None]:
    """Turn torch's out-of-memory errors into an error that names the size of the network.

    Raises:
        TrainingError: The weights do not fit.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if "alloc" not in str(error) and "out of memory" not in str(error):
            raise
        raise TrainingError(
            f"not enough memory for {model.num_parameters / 1e6:,.0f} million weights",
            code="memory.short",
            values={"millions": f"{model.num_parameters / 1e6:,.0f}"},
            hint="choose a smaller ⟪hidden_size⟫ or fewer ⟪num_layers⟫",
        ) from None


class Learner:
    """Owner of the weights, their EMA, the optimizer, and the state carried between batches."""

    def __init__(self, model: ModelConfig, config: TrainConfig, ranks: Ranks) -> None:
        self.model, self.config, self._ranks = model, config, ranks
        generator = torch.Generator().manual_seed(config.seed)
        kind = torch.float64 if config.precision == "float64" else torch.float32
        device = device_of(config, ranks)
        check_precision(model, config)
        with room_for(model):
            self.network = CharRNN(model, generator=generator).to(device, kind)
        self.average = CharRNN(model).to(device, kind).requires_grad_(False).eval()
        self.average.load_state_dict(self.network.state_dict())
        self._parallel = ranks.wrap(self.network)
        self.optimizer = Optimizer(self.network.named_weights(), model.num_gates, config)
        self._state: State | None = None
        self.step_count = 0

    def update(self, batch: Batch, rate: float) -> StepResult:
        """Update the weights from one batch, at `rate` times the peak learning rate.

        All randomness is derived from the seed and the number of the step, so a resumed run draws
        the same numbers as an uninterrupted one.
        """
        batch = batch.to(self.network.device)
        # A CPU generator on every device, so that masks do not depend on the device.
        chance = torch.Generator().manual_seed((self.config.seed << 32) + self.step_count)
        state = self._state_for(batch, chance)
        noise = Noise.draw(
            self.model, self.config, batch=batch.rows, rows=self._ranks.rows, generator=chance
        ).to(state[0])
        with arithmetic(self.config):
            summed, after = self._parallel(batch.ids_TB, batch.targets_TB, state, noise)
        # DDP averages gradients over the processes. With this factor the result is the mean over
        # the global batch. `counted` may be 0: a stretch of long titles has no targets.
        (summed * (self._ranks.world / max(1, batch.counted))).backward()
        weights = list(self.network.parameters())
        norm = torch.nn.utils.clip_grad_norm_(weights, self.config.clip, foreach=True)
        self.optimizer.step(rate)
        # Truncated backpropagation: the next batch gets the values, but gradients end here.
        self._state = tuple(part.detach() for part in after)
        self.step_count += 1
        self._update_ema(weights)
        # Unlike `batch.counted`, this counts only this process's rows, as the summed loss does.
        counted = max(1, int((batch.targets_TB >= 0).sum()))
        return StepResult(float(summed.detach()) / counted, float(norm))

    def _state_for(self, batch: Batch, chance: torch.Generator) -> State:
        """Return the state from which to read a batch, with random rows reset."""
        # Drawn in every step for all rows of the global batch, even if unused, so that later draws
        # depend neither on the batch nor on the number of processes.
        forget = torch.rand(batch.rows, generator=chance) < self.config.reset
        if self._state is None or batch.fresh:
            return self.network.start(batch.ids_TB.shape[1])
        if batch.continues:
            return self._state
        keep = ~forget[self._ranks.rows]
        return tuple(part * keep[:, None].to(part) for part in self._state)

    def _update_ema(self, weights: list[torch.nn.Parameter]) -> None:
        """Move the EMA towards the weights; its horizon grows with the number of steps."""
        share = self.config.average
        pull = 1.0 if share is None else 1 / max(1.0, share * self.step_count)
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list[Tensor](weights), pull)

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Overwrite these weights, by name; all other weights keep their values."""
        with torch.no_grad():
            for network in (self.network, self.average):
                for name, weight in network.named_weights().items():
                    if name in weights:
                        weight.copy_(weights[name])

    def tensors(self) -> dict[str, Tensor]:
        """Return copies of all state that an update changes, except `step_count`."""
        found: dict[str, Tensor] = {}
        found |= {f"weight.{name}": value for name, value in self.network.named_weights().items()}
        found |= {f"average.{name}": value for name, value in self.average.named_weights().items()}
        found |= {f"optimizer.{name}": value for name, value in self.optimizer.tensors()}
        for index, part in enumerate(self._state or ()):
            found[f"state.{index}"] = self._ranks.gathered_rows(part, 1)
        return {name: value.detach().cpu().clone() for name, value in found.items()}

    def restore(self, tensors: Mapping[str, Tensor], step_count: int) -> None:
        """Restore the state that `tensors` returned.

        Raises:
            KeyError: An array is missing.
            RuntimeError: An array has another shape.
        """
        with torch.no_grad():
            for kind, network in (("weight", self.network), ("average", self.average)):
                for name, weight in network.named_weights().items():
                    weight.copy_(tensors[f"{kind}.{name}"])
        prefix = "optimizer."
        self.optimizer.restore(
            {n.removeprefix(prefix): value for n, value in tensors.items() if n.startswith(prefix)}
        )
        states = sorted(name for name in tensors if name.startswith("state."))
        rows, like = self._ranks.rows, self.network.weight("output.bias")
        self._state = tuple(tensors[n][:, rows].to(like, copy=True) for n in states) or None
        self.step_count = step_count
