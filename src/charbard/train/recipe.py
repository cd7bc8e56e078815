"""From a number of minutes to every other setting, with a reason for each.

What decides is how many characters this machine can read in the time, against how many there are:
a wide network that has not been fed learns less than a narrow one that has, and one that reads
the same text thirty times needs dropout. The constants were measured; see `benchmarks/training.md`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from charbard.config import CorpusConfig, ModelConfig, TrainConfig, from_dict, refuse_unknown
from charbard.config.train import BUDGETS
from charbard.errors import TrainingError

__all__ = ["Recipe", "Task", "choose", "configs_from"]

WIDTHS = (64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
CHARS_PER_WEIGHT = 5.0
"""A width is fed if the time allows this many characters for each weight of its layers."""
WEIGHTS_PER_CHAR = 3.0
"""More weights than this for each character of the text learn it by heart,"""
HARMLESS_WEIGHTS = 100_000
"""but that few do no harm to any text."""
FEWEST_STEPS = 40
BATCHES = (32, 16, 8, 4)
"""Streams in a batch: the first that allows enough updates."""
MANY_SYMBOLS = 1000
"""With more of them, as in Chinese, the output layer is half of the work,"""
CHEAPER = {"muon_every": 4, "softmax_sample": 500}
"""and these settings make half as many updates again of the same time."""
LOOKS_BACK_FROM = 1_000_000
"""Characters that a network must read before looking back is worth what it costs. Measured on
records of Chinese verse; on running English text it does not pay within five minutes."""


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
    asked_s: float | None = None
    """What the user gave, reading and saving included; None: `seconds`."""


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
    settings, chars = _widest_fed(task, wishes, BATCHES[0])
    for rows in BATCHES[1:]:
        enough = chars / (rows * settings["seq_length"]) >= FEWEST_STEPS
        if _steps(settings, chars) < FEWEST_STEPS and enough and "batch_size" not in wishes:
            settings, chars = _widest_fed(task, wishes, rows)
    steps = _steps(settings, chars)
    epochs = chars / max(1, task.size)
    looks_back = _looking_back(task, settings, chars)
    settings = {**settings, **looks_back, **_regularisation(epochs), **wishes}
    if steps < FEWEST_STEPS:
        raise TrainingError(
            f"{(task.asked_s or task.seconds) / 60:g} minutes are too short: this machine makes"
            f" about {steps:.0f} updates in that time",
            code="minutes.short",
            values={
                "minutes": f"{(task.asked_s or task.seconds) / 60:g}",
                "updates": f"{steps:.0f}",
                "least": f"{_least_minutes(task, steps):g}",
            },
            hint=f"give at least ⟪minutes={_least_minutes(task, steps):g}⟫",
        )
    reasons = [
        f"width {settings['hidden_size']}: about {chars / 1e6:.1f} million characters fit in the"
        f" time, {chars / _layer_weights(settings, task):.0f} for each weight of its layers",
        f"dropout {settings['dropout_output']:.2g}: the text is read about {epochs:.1f} times",
        f"batch {settings['batch_size']} x {settings['seq_length']} characters,"
        f" {settings['precision']}: what is fast here",
    ]
    if looks_back and "attention" not in wishes:
        reasons.append(
            f"attention {settings['attention']}: on records it pays in so long a training"
        )
    return Recipe(settings, tuple(reasons))


def _looking_back(task: Task, settings: Mapping[str, Any], chars: float) -> dict[str, Any]:
    """A head over what was read, beside the state, where it pays."""
    if not task.has_records or task.vocab_size < MANY_SYMBOLS or chars < LOOKS_BACK_FROM:
        return {}
    head = {"attention": max(32, min(192, settings["hidden_size"] // 2))}
    tied = settings.get("tied") and not settings.get("projection_size")
    return {} if tied else head


def _steps(settings: Mapping[str, Any], chars: float) -> float:
    """Updates that read this many characters."""
    per_update: int = settings["batch_size"] * settings["seq_length"]
    return chars / per_update


def _widest_fed(task: Task, wishes: Mapping[str, Any], rows: int) -> tuple[dict[str, Any], float]:
    """Settings of the widest network that is fed in the time, and the characters it will read.

    Args:
        task: Text, time and machine.
        wishes: Settings that are already decided.
        rows: Streams in a batch at most.
    """
    most = max(HARMLESS_WEIGHTS, WEIGHTS_PER_CHAR * task.size)
    best: tuple[dict[str, Any], float] | None = None
    for width in (wishes["hidden_size"],) if "hidden_size" in wishes else WIDTHS:
        settings = _settings_at(width, task, wishes, rows)
        weights = _layer_weights(settings, task)
        if best is not None and weights > most:
            break
        chars = task.seconds * task.speed(*configs_from(settings, task.vocab_size))
        if best is not None and chars < CHARS_PER_WEIGHT * weights:
            break
        best = settings, chars
    assert best is not None
    return best


def _settings_at(width: int, task: Task, wishes: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """All that depends on nothing but the width and the text."""
    return {
        "hidden_size": width,
        **_shape(task, width),
        **_batch(task, rows),
        "learning_rate": _rate(width),
        **(CHEAPER if task.vocab_size >= MANY_SYMBOLS else {}),
        "precision": task.precision,
        **wishes,
    }


def _rate(width: int) -> float:
    """Wide networks need smaller steps: 4e-3 is best at 512, 5e-3 up to 384."""
    return round(min(5e-3, 4e-3 * math.sqrt(512 / width)), 5)


def configs_from(settings: Mapping[str, Any], vocab_size: int) -> tuple[ModelConfig, TrainConfig]:
    """Part settings by name into the two configs; a budget of one step stands in for none.

    Raises:
        OptionError: A name is unknown or a value not allowed.
    """
    refuse_unknown(settings, ModelConfig, TrainConfig, CorpusConfig)
    names = set(ModelConfig.__dataclass_fields__)
    model = {name: value for name, value in settings.items() if name in names}
    train = {name: value for name, value in settings.items() if name not in names}
    if not set(BUDGETS) & set(train):
        train["steps"] = 1
    model["vocab_size"] = vocab_size
    return from_dict(ModelConfig, model), from_dict(TrainConfig, train)


def _layer_weights(settings: Mapping[str, Any], task: Task) -> int:
    """Weights of the recurrent layers."""
    shapes = configs_from(settings, task.vocab_size)[0].shapes()
    return sum(math.prod(shape) for name, shape in shapes.items() if name.startswith("layer"))


def _shape(task: Task, width: int) -> dict[str, Any]:
    """With thousands of symbols the output is half of the work: read it through a narrow layer."""
    if task.vocab_size < MANY_SYMBOLS:
        return {"embedding_size": min(64, width)}
    narrow = min(256, width)
    return {"embedding_size": narrow, "projection_size": narrow}


def _batch(task: Task, rows: int) -> dict[str, Any]:
    """Small batches make many updates; a short text gets smaller ones still."""
    batch, length = rows, 64
    while batch > 4 and batch * length * 8 > task.size:
        batch //= 2
    while length > 8 and batch * length * 4 > task.size:
        length //= 2
    return {"batch_size": batch, "seq_length": length}


def _regularisation(epochs: float) -> dict[str, Any]:
    """The more often the text is read, the more must be hidden of it; below twice, nothing."""
    share = 0.1 + 0.12 * math.log2(epochs / 3.5) if epochs >= 2 else 0.0
    output = round(min(0.6, max(0.0, share)), 2)
    return {
        "dropout_output": output,
        "dropout": output,
        "dropout_input": round(max(0.0, output - 0.4) / 2, 2),
        "dropout_recurrent": round(output / 4, 2) if output >= 0.2 else 0.0,
    }


def _least_minutes(task: Task, steps: float) -> float:
    """What would be enough, in the minutes that the user gives: reading and saving included."""
    lacking = task.seconds * (FEWEST_STEPS / max(1, steps) - 1)
    least = ((task.asked_s or task.seconds) + lacking / 0.94) / 60
    return math.ceil(least * 100) / 100
