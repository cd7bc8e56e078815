"""Training settings; they are saved in every checkpoint and, as provenance, in every bundle."""

import math
from dataclasses import dataclass

from charbard.config.declare import check, setting
from charbard.errors import OptionError

__all__ = ["BUDGETS", "SPEED", "TrainConfig"]

BUDGETS = ("minutes", "epochs", "steps")
"""Settings that limit how long to train; a training run has exactly one of these."""
SPEED = ("precision", "device", "threads", "softmax_sample", "muon_every")
"""Settings that depend on the machine; a resumed run may have other values."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Every training setting. The budget is exactly one of minutes, epochs and steps."""

    minutes: float | None = setting(
        None, "Finish within M minutes; chooses all that is not set.", minimum=0.1
    )
    epochs: float | None = setting(None, "Read the training text this many times.", minimum=0.001)
    steps: int | None = setting(None, "Make this many updates.", minimum=1)

    clock: str = setting(
        "wall",
        "What minutes are counted by: the clock on the wall, or the processor's time that this"
        " training gets for each of its threads, for one in the background of other work.",
        choices=("wall", "processor"),
    )
    batch_size: int = setting(32, "Streams of text read side by side.", minimum=1)
    seq_length: int = setting(64, "Characters before errors are propagated back.", minimum=2)
    optimizer: str = setting(
        "muon",
        "muon: orthogonal updates for the matrices that muon_scope names, AdamW for the rest.",
        choices=("muon", "adamw"),
    )
    learning_rate: float = setting(4e-3, "Highest rate of AdamW.", minimum=1e-7, maximum=1.0)
    muon_scope: str = setting(
        "recurrent",
        "What Muon updates: matrices that read their own layer's state, or all between layers.",
        choices=("recurrent", "hidden"),
    )
    muon_rate: float = setting(0.02, "Highest rate of Muon.", minimum=1e-7, maximum=1.0)
    muon_every: int = setting(
        1,
        "Updates between those of Muon, whose strides are longer by as much: a wide network spends"
        " a third of its time on them.",
        minimum=1,
        maximum=20,
    )
    final_rate: float = setting(
        0.0, "Share of the highest rate at the end of the decay.", minimum=0.0, maximum=1.0
    )
    warmup: float = setting(
        0.03, "Share of the budget in which the rate rises.", minimum=0.0, maximum=0.9
    )
    decay: str = setting(
        "linear", "How the rate falls after warm-up.", choices=("linear", "cosine", "constant")
    )
    weight_decay: float = setting(0.01, "Pull on matrices towards zero.", minimum=0.0, maximum=1.0)
    beta1: float = setting(0.9, "Memory of AdamW for the gradient.", minimum=0.0, maximum=0.9999)
    beta2: float = setting(0.99, "Memory of AdamW for its square.", minimum=0.0, maximum=0.99999)
    clip: float = setting(1.0, "Largest norm of the gradient.", minimum=1e-6)
    average: float | None = setting(
        0.05,
        "Share of the steps so far over which weights are averaged; the average is kept.",
        minimum=1e-6,
        maximum=1.0,
    )
    dropout_input: float = setting(
        0.0, "Share of the embedding dropped, locked over time.", minimum=0.0, maximum=0.95
    )
    dropout: float = setting(
        0.0, "Share dropped between layers, locked over time.", minimum=0.0, maximum=0.95
    )
    dropout_output: float = setting(
        0.0, "Share dropped before the output, locked over time.", minimum=0.0, maximum=0.95
    )
    dropout_recurrent: float = setting(
        0.0, "Share of the recurrent weights dropped at each step.", minimum=0.0, maximum=0.95
    )
    reset: float = setting(
        0.03, "Chance that a stream forgets its state before a step.", minimum=0.0, maximum=1.0
    )
    field_dropout: float = setting(
        0.2, "Chance that a record's field is left open.", minimum=0.0, maximum=1.0
    )
    field_dropout_of: tuple[str, ...] = setting(
        (), "Chances of single fields instead of field_dropout, such as author=0.5."
    )
    written_fields: tuple[str, ...] = setting(
        (),
        "Fields that the network learns to write itself before the text, not only to be told.",
    )
    precision: str = setting(
        "float32",
        "Arithmetic of the network; weights and optimizer stay at least float32.",
        choices=("float32", "bfloat16", "float64"),
    )
    softmax_sample: int | None = setting(
        None,
        "Learn from this many of the rarer characters at a time, drawn anew for each batch, beside"
        " the commonest 1,000; none: from all. Validation always counts all.",
        minimum=1,
    )
    device: str = setting("cpu", "Where the network is trained.", choices=("cpu", "cuda"))
    threads: int | None = setting(None, "Cores to use; none: all of them.", minimum=1)
    eval_every: int = setting(250, "Updates between validations.", minimum=1)
    patience: int | None = setting(
        None,
        "End the training after this many validations without a lower loss; none: use the budget.",
        minimum=1,
    )
    save_every: int = setting(1000, "Updates between checkpoints.", minimum=1)
    keep: int = setting(2, "Checkpoints to keep.", minimum=1)
    spelling: bool = setting(
        False,
        "List the words of the text in the model, which then writes no others unless it is asked"
        " to; for scripts with spaces between words.",
    )
    snapshots: int = setting(0, "Small bundles kept along the way.", minimum=0, maximum=1000)
    seed: int = setting(1, "Repeat a training exactly.", minimum=0, maximum=2**31 - 1)

    def __post_init__(self) -> None:
        check(self)
        given = [name for name in BUDGETS if getattr(self, name) is not None]
        if len(given) != 1:
            raise OptionError(
                f"one budget is needed, got {' and '.join(given) or 'none'}",
                code="budget.one",
                values={"given": given},
                hint="set exactly one of minutes, epochs and steps",
            )
        self.chance_of("")

    def chance_of(self, name: str) -> float:
        """Return the probability that the field of this name is dropped from a record.

        Raises:
            OptionError: An entry of field_dropout_of is not a name and a probability.
        """
        chances = dict(map(_chance, self.field_dropout_of))
        return chances.get(name, self.field_dropout)


def _chance(entry: str) -> tuple[str, float]:
    """Parse a field's name and its dropout probability.

    >>> _chance("author=0.5")
    ('author', 0.5)
    """
    name, _, chance = entry.partition("=")
    try:
        value = float(chance)
    except ValueError:
        value = math.nan
    if not name.strip() or not 0 <= value <= 1:
        raise OptionError(
            f"field_dropout_of has an entry {entry!r}",
            code="dropout.unreadable",
            values={"entry": entry},
            hint="an entry is a field's name, = and a chance from 0 to 1, such as author=0.5",
        )
    return name.strip(), value
