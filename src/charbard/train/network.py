"""The network in torch. Its weights have the names that they have in a bundle.

Shape letters: T time, B streams or records, E embedding, H hidden, W hidden and attention
concatenated, P output width, V symbols, R rare symbols, L layers, N = T x B. Time is the first
axis, as the fused recurrent kernels expect.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from charbard.config import ModelConfig, TrainConfig
from charbard.train.attention import Memory, attend
from charbard.train.loss import COMMON, sampled_cross_entropy, summed_cross_entropy

__all__ = ["CharRNN", "Noise", "State"]

State = tuple[Tensor, ...]
"""(h_LBH, c_LBH) for an LSTM, (h_LBH,) for the other cells; with attention, its `Memory` follows.

Rows are on axis 1 of every part. A row of zeros is a row that has read nothing."""
_OPERATORS: dict[str, Callable[..., tuple[Tensor, ...]]] = {
    "rnn": torch.rnn_tanh,
    "gru": torch.gru,
    "lstm": torch.lstm,
}
"""torch's fused operator for each cell; it returns the outputs, then each part of the state."""


@dataclass(frozen=True)
class Noise:
    """Random draws of one step: dropout masks, and the rare symbols for the loss.

    A mask is constant over time and scaled so that it keeps the mean.
    """

    input_BE: Tensor | None = None
    between_LBH: Tensor | None = None
    output_BW: Tensor | None = None
    recurrent_LGH: Tensor | None = None
    rare_R: Tensor | None = None
    """Rare symbols sampled for the loss in this step; None: the loss uses all symbols."""

    def to(self, like: Tensor) -> "Noise":
        """Return the masks with the type and device of another tensor."""
        names = ("input_BE", "between_LBH", "output_BW", "recurrent_LGH")
        masks = {name: getattr(self, name) for name in names}
        scaled = {name: mask.to(like) for name, mask in masks.items() if mask is not None}
        return replace(
            self, **scaled, rare_R=None if self.rare_R is None else self.rare_R.to(like.device)
        )

    @classmethod
    def draw(
        cls,
        model: ModelConfig,
        train: TrainConfig,
        *,
        batch: int,
        rows: slice,
        generator: torch.Generator,
    ) -> "Noise":
        """Draw for the global batch and keep only this process's rows, so that the draws do not
        depend on the number of processes."""

        def mask(share: float, *shape: int) -> Tensor | None:
            if not share:
                return None
            return torch.empty(shape).bernoulli_(1 - share, generator=generator) / (1 - share)

        hidden, above = model.hidden_size, model.num_layers - 1
        inputs = mask(train.dropout_input, batch, model.embedding_size)
        between = mask(train.dropout, above, batch, hidden) if above else None
        output = mask(train.dropout_output, batch, model.state_width)
        return cls(
            None if inputs is None else inputs[rows],
            None if between is None else between[:, rows],
            None if output is None else output[rows],
            # DropConnect (Merity et al. 2017): the fused operator allows no mask inside the
            # recurrence, so weights of the recurrent matrices are dropped for the whole batch.
            mask(train.dropout_recurrent, model.num_layers, model.num_gates * hidden, hidden),
            cls._rare(model, train, generator),
        )

    @staticmethod
    def _rare(model: ModelConfig, train: TrainConfig, generator: torch.Generator) -> Tensor | None:
        """Sample rare symbols for the loss; return None if the loss is to use all symbols."""
        drawn, rarer = train.softmax_sample, model.vocab_size - COMMON
        if drawn is None or drawn >= rarer:
            return None
        return COMMON + torch.randperm(rarer, generator=generator)[:drawn]


class CharRNN(nn.Module):
    """Embedding, recurrent layers, optional attention and projection, and output layer."""

    def __init__(self, config: ModelConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.weights = nn.ParameterDict(
            {
                _safe(name): nn.Parameter(_initial(name, shape, config, generator))
                for name, shape in config.shapes().items()
            }
        )

    def named_weights(self) -> dict[str, nn.Parameter]:
        """Return every weight by its name in a bundle."""
        return {name: self.weights[_safe(name)] for name in self.config.shapes()}

    def weight(self, name: str) -> Tensor:
        """Return a weight by its name in a bundle."""
        weight: Tensor = self.weights[_safe(name)]
        return weight

    @property
    def device(self) -> torch.device:
        """The device that holds the weights."""
        return self.weight("output.bias").device

    def start(self, rows: int) -> State:
        """Return the initial state, zeros."""
        config = self.config
        zeros = self.weight("output.bias").new_zeros(config.num_layers, rows, config.hidden_size)
        state = (zeros, *(zeros.clone() for _ in range(config.num_parts - 1)))
        if config.attention is None:
            return state
        return (*state, *Memory.empty(rows, config.attention, zeros))

    def read(
        self, ids_TB: Tensor, state: State, noise: Noise | None = None
    ) -> tuple[Tensor, State]:
        """Read characters; see `forward` for the arguments.

        Returns:
            Input of the output layer after each character, (T, B, P), and the final state.
        """
        noise = noise or Noise()
        x = nn.functional.embedding(ids_TB, self.weight("embedding"))
        if noise.input_BE is not None:
            x = x * noise.input_BE.to(x)
        recurrent, memory = self._parts(state)
        after: list[tuple[Tensor, ...]] = []
        for layer in range(self.config.num_layers):
            if layer and noise.between_LBH is not None:
                x = x * noise.between_LBH[layer - 1].to(x)
            before = tuple(part[layer : layer + 1] for part in recurrent)
            x, new = self._layer(layer, x, before, noise)
            after.append(new)
        if memory is not None:
            qkv_TBA3 = nn.functional.linear(
                x, self.weight("attention.weight"), self.weight("attention.bias")
            )
            found, memory = attend(qkv_TBA3, memory, self.config.attention_span)
            x = torch.cat((x, found.to(x)), -1)
        if noise.output_BW is not None:
            x = x * noise.output_BW.to(x)
        if self.config.projection_size is not None:
            x = nn.functional.linear(
                x, self.weight("projection.weight"), self.weight("projection.bias")
            )
        # Autocast may have returned 16 bits; the state for the next batch keeps its type.
        recurrent = tuple(torch.cat(parts).to(state[0]) for parts in zip(*after, strict=True))
        return x, recurrent if memory is None else (*recurrent, *memory)

    def _parts(self, state: State) -> tuple[State, Memory | None]:
        """Split a state into the recurrent layers' part and the attention's memory, if any."""
        if self.config.attention is None:
            return state, None
        *recurrent, past, known = state
        return tuple(recurrent), Memory(past, known)

    def _layer(self, layer: int, x_TBE: Tensor, state: State, noise: Noise) -> tuple[Tensor, State]:
        """Run one recurrent layer through torch's fused operator."""
        # The functional operator is used because `nn.LSTM` would own its weights; here they are
        # masked, and named as in a bundle.
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        weights = [self.weight(f"layer{layer}.{name}") for name in names]
        if noise.recurrent_LGH is not None:
            weights[1] = weights[1] * noise.recurrent_LGH[layer]
        # has_biases, num_layers, dropout, train, bidirectional, batch_first
        how = (True, 1, 0.0, self.training, False, False)
        # torch takes several parts of the state as a tuple, but a single one by itself.
        before = state if self.config.num_parts > 1 else state[0]
        y, *after = _OPERATORS[self.config.cell](x_TBE, before, weights, *how)
        return y, tuple(after)

    def output(self) -> tuple[Tensor, Tensor]:
        """Return the weight (V, P) and the bias (V,) of the output layer."""
        name = "embedding" if self.config.tied else "output.weight"
        return self.weight(name), self.weight("output.bias")

    def logits(self, features: Tensor) -> Tensor:
        """Return unnormalised scores of every symbol: (..., V)."""
        return nn.functional.linear(features, *self.output())

    def forward(
        self, ids_TB: Tensor, targets_TB: Tensor, state: State, noise: Noise | None = None
    ) -> tuple[Tensor, State]:
        """Read characters and sum the losses of their targets.

        Args:
            ids_TB: Characters to read.
            targets_TB: The character to predict at each place; a target of -1 does not count.
            state: State before these characters; not modified.
            noise: Random draws of this step; None: no dropout, and the full loss.

        Returns:
            The sum of the losses in nats, and the state after the last character.
        """
        features, after = self.read(ids_TB, state, noise)
        scored = features.flatten(0, 1), *self.output(), targets_TB.flatten()
        if noise is not None and noise.rare_R is not None:
            return sampled_cross_entropy(*scored, noise.rare_R), after
        return summed_cross_entropy(*scored), after


def _safe(name: str) -> str:
    """Return a weight's name without dots, which torch does not allow in parameter names."""
    return name.replace(".", "/")


def _initial(
    name: str, shape: tuple[int, ...], config: ModelConfig, generator: torch.Generator | None
) -> Tensor:
    """Initialise a weight as torch does, but with open forget gates.

    Source:
        `torch.nn.LSTM`: uniform within 1/sqrt(H). Forget bias of 1: Jozefowicz, Zaremba, Sutskever
        2015.
    """
    value = torch.empty(shape)
    if name == "embedding":
        return value.normal_(0, 1 / math.sqrt(shape[1]) if config.tied else 1, generator=generator)
    bound = 1 / math.sqrt(config.hidden_size)
    value.uniform_(-bound, bound, generator=generator)
    if config.cell == "lstm" and name.endswith("bias_ih"):
        # The second of four gates, in PyTorch's order, is the forget gate.
        value[config.hidden_size : 2 * config.hidden_size] = 1.0
    if name == "output.bias":
        value.zero_()
    return value
