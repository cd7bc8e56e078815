"""Settings of the network's architecture; they are saved in every bundle."""

import math
from dataclasses import MISSING, dataclass
from typing import NamedTuple

from charbard.config.declare import check, setting
from charbard.errors import OptionError

__all__ = ["CELLS", "Cell", "ModelConfig"]


class Cell(NamedTuple):
    """Facts about a recurrent cell, shared by all implementations."""

    gates: int
    """Number of gates: a layer has gates x hidden_size rows of weights."""
    parts: int
    """Number of state vectors of width hidden_size per layer; the first is the layer's output."""


CELLS = {"rnn": Cell(1, 1), "gru": Cell(3, 1), "lstm": Cell(4, 2)}
"""Every cell, by name. The kernel numbers the cells in this order."""


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Everything that is needed to rebuild the network, except its weights."""

    vocab_size: int = setting(MISSING, "Number of symbols, special ones included.", minimum=3)
    cell: str = setting("lstm", "Recurrent cell.", choices=tuple(CELLS))
    num_layers: int = setting(1, "Recurrent layers, one on top of the other.", minimum=1)
    hidden_size: int = setting(512, "Width of each recurrent layer.", minimum=1)
    embedding_size: int = setting(128, "Width of a character's vector.", minimum=1)
    projection_size: int | None = setting(
        None,
        "Width of a linear layer before the output; none: the output reads the state.",
        minimum=1,
    )
    tied: bool = setting(False, "Let the output share the embedding's weights.")
    attention: int | None = setting(
        None,
        "Width of a head that looks back over what was read; none: the state is all there is.",
        minimum=1,
    )
    attention_span: int = setting(256, "How many places back it looks.", minimum=1)

    def __post_init__(self) -> None:
        check(self)
        if self.tied and self.output_width != self.embedding_size:
            raise OptionError(
                f"tied weights need an output of the embedding's width {self.embedding_size},"
                f" it is {self.output_width}",
                code="config.tied",
                values={"width": self.embedding_size, "given": self.output_width},
                hint=f"give ⟪projection_size={self.embedding_size}⟫",
            )

    @property
    def num_gates(self) -> int:
        """Number of gates: blocks of hidden_size rows in a layer's weights."""
        return CELLS[self.cell].gates

    @property
    def num_parts(self) -> int:
        """Number of state vectors per layer: its output and, in an LSTM, the cell state."""
        return CELLS[self.cell].parts

    @property
    def output_width(self) -> int:
        """Width of the vector that the output layer reads."""
        return self.projection_size or self.state_width

    @property
    def state_width(self) -> int:
        """Combined width of the last layer's output and the attention output."""
        return self.hidden_size + (self.attention or 0)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the name and shape of every weight array in a bundle."""
        rows = self.num_gates * self.hidden_size
        shapes: dict[str, tuple[int, ...]] = {"embedding": (self.vocab_size, self.embedding_size)}
        for layer in range(self.num_layers):
            width = self.hidden_size if layer else self.embedding_size
            shapes[f"layer{layer}.weight_ih"] = (rows, width)
            shapes[f"layer{layer}.weight_hh"] = (rows, self.hidden_size)
            shapes[f"layer{layer}.bias_ih"] = (rows,)
            shapes[f"layer{layer}.bias_hh"] = (rows,)
        if self.attention is not None:
            shapes["attention.weight"] = (3 * self.attention, self.hidden_size)
            shapes["attention.bias"] = (3 * self.attention,)
        if self.projection_size is not None:
            shapes["projection.weight"] = (self.projection_size, self.state_width)
            shapes["projection.bias"] = (self.projection_size,)
        if not self.tied:
            shapes["output.weight"] = (self.vocab_size, self.output_width)
        shapes["output.bias"] = (self.vocab_size,)
        return shapes

    def __str__(self) -> str:
        """Describe the network in a few words: layers, cell, width, attention."""
        looks_back = "" if self.attention is None else f", looks back by {self.attention}"
        return f"{self.num_layers} x {self.cell}, width {self.hidden_size}{looks_back}"

    @property
    def num_parameters(self) -> int:
        """Number of trained weights, biases included."""
        return sum(map(math.prod, self.shapes().values()))

    @property
    def macs_per_char(self) -> int:
        """Multiply-accumulates of gates, projection and output for one character.

        The embedding is a look-up and does not count. The attention's weights count, but its scores
        do not, because their number depends on how much was read. Training costs 6 floating-point
        operations for each multiply-accumulate (forward 2, backward 4); writing costs 2.
        """
        counted = {
            name: shape
            for name, shape in self.shapes().items()
            if len(shape) == 2 and name != "embedding"
        }
        tied_output = self.vocab_size * self.output_width if self.tied else 0
        return sum(map(math.prod, counted.values())) + tied_output
