"""From a number of minutes to every other setting, with a reason for each.

What decides is how many characters this machine can read in the time, against how many there are:
a wide network that has not been fed learns less than a narrow one that has, and one that reads
the same text thirty times needs dropout. The constants were measured; see `benchmarks/README.md`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from charbard.config import ModelConfig, TrainConfig
from charbard.errors import TrainingError

__all__ = ["Recipe", "Task", "choose"]

WIDTHS = (64, 96, 128, 192, 256, 384, 512, 640, 768, 1024, 1280, 1536, 2048)
CHARS_PER_WEIGHT = 12.0
"""A width is fed if the time allows this many characters for each weight of its gates."""
WEIGHTS_PER_CHAR = 4.0
"""More weights than this for each character of the text learn it by heart."""
FEWEST_STEPS = 40


@dataclass(frozen=True)
class Task:
    """What is to be learned, and in what time."""

    size: int
    """Ids to learn from."""
    vocab_size: int
    has_records: bool
    seconds: float
    speed: Callable[[ModelConfig, TrainConfig], float]
    """Characters a second that this machine trains at, measured."""
    precision: str


@dataclass(frozen=True)
class Recipe:
    """Settings for `ModelConfig` and `TrainConfig` by name, and why."""

    settings: Mapping[str, Any]
    reasons: tuple[str, ...]


def choose(task: Task, wishes: Mapping[str, Any]) -> Recipe:
    """Choose what the user has not.

    Args:
        task: Text, time and machine.
        wishes: Settings that are already decided; they are kept and reckoned with.

    Raises:
        TrainingError: The time allows next to no updates.
    """
    width, chars = _width(task, wishes)
    epochs = chars / max(1, task.size)
    settings: dict[str, Any] = {
        "hidden_size": width,
        **_shape(task, width),
        **_batch(task, width),
        **_regularisation(epochs, width),
        "precision": task.precision,
        **wishes,
    }
    steps = chars / (settings["batch_size"] * settings["seq_length"])
    if steps < FEWEST_STEPS:
        raise TrainingError(
            f"{task.seconds / 60:.2g} minutes are too short: this machine makes about"
            f" {steps:.0f} updates in that time",
            hint=f"give at least --minutes {task.seconds / 60 * FEWEST_STEPS / max(1, steps):.1g}",
        )
    reasons = (
        f"width {settings['hidden_size']}: about {chars / 1e6:.1f} million characters fit in the"
        f" time, {chars / _gate_weights(settings['hidden_size']):.0f} for each of its weights",
        f"dropout {settings['dropout_output']:.2g}: the text is read about {epochs:.1f} times",
        f"batch {settings['batch_size']} x {settings['seq_length']} characters,"
        f" {settings['precision']}: what is fast here",
    )
    return Recipe(settings, reasons)


def _width(task: Task, wishes: Mapping[str, Any]) -> tuple[int, float]:
    """The widest network that is fed in the time, and the characters it will read."""
    best = None
    for width in (wishes["hidden_size"],) if "hidden_size" in wishes else WIDTHS:
        chars = task.seconds * _speed_at(task, width, wishes)
        weights = _gate_weights(width)
        if best is not None and (
            chars < CHARS_PER_WEIGHT * weights or weights > WEIGHTS_PER_CHAR * task.size
        ):
            break
        best = (width, chars)
    assert best is not None
    return best


def _speed_at(task: Task, width: int, wishes: Mapping[str, Any]) -> float:
    settings = {
        "hidden_size": width,
        **_shape(task, width),
        **_batch(task, width),
        "precision": task.precision,
        **wishes,
    }
    return task.speed(*configs_from(settings, task.vocab_size))


def configs_from(settings: Mapping[str, Any], vocab_size: int) -> tuple[ModelConfig, TrainConfig]:
    """Part settings by name into the two configs; a budget of one step stands in for none.

    Raises:
        OptionError: A name is unknown or a value not allowed.
    """
    from charbard.config import from_dict

    names = set(ModelConfig.__dataclass_fields__)
    model = {name: value for name, value in settings.items() if name in names}
    train = {name: value for name, value in settings.items() if name not in names}
    if not {"minutes", "epochs", "steps"} & set(train):
        train["steps"] = 1
    model["vocab_size"] = vocab_size
    return from_dict(ModelConfig, model), from_dict(TrainConfig, train)


def _gate_weights(width: int) -> int:
    """Weights of one LSTM layer of this width."""
    return 8 * width * width


def _shape(task: Task, width: int) -> dict[str, Any]:
    """With thousands of symbols the output is half of the work: read it through a narrow layer."""
    if task.vocab_size < 1000:
        return {"embedding_size": min(64, width)}
    narrow = min(256, width)
    return {"embedding_size": narrow, "projection_size": narrow}


def _batch(task: Task, width: int) -> dict[str, Any]:
    """Small batches make many updates; wide networks need more rows to be fast."""
    batch, length = 32, 64
    while batch > 4 and batch * length * 8 > task.size:
        batch //= 2
    while length > 8 and batch * length * 4 > task.size:
        length //= 2
    return {"batch_size": batch, "seq_length": length}


def _regularisation(epochs: float, width: int) -> dict[str, Any]:
    """The more often the text is read, the more must be hidden of it."""
    share = min(0.5, max(0.0, 0.1 * (epochs - 1) ** 0.5)) if epochs > 1 else 0.0
    return {
        "dropout_output": round(share, 2),
        "dropout": round(share, 2),
        "dropout_input": round(share / 4, 2),
    }
