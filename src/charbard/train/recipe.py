"""Choose the settings that suit a time budget, and give the reasons.

The choice depends on the number of characters that this machine can read in the time and on the
length of the text. A wide network that sees too few characters learns less than a narrow network
that sees enough, and a network that reads the same text thirty times needs dropout. The constants
were measured; see `benchmarks/training.md`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from charbard.config import CorpusConfig, ModelConfig, TrainConfig, from_dict, refuse_unknown
from charbard.config.train import BUDGETS
from charbard.errors import Note, TrainingError

__all__ = ["Recipe", "Workload", "choose", "configs_from"]

WIDTHS = (64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
CHARS_PER_WEIGHT = 5.0
"""Minimum number of training characters for each weight of the recurrent layers."""
WEIGHTS_PER_CHAR = 3.0
"""Maximum number of weights for each character of the text: more weights memorise the text."""
HARMLESS_WEIGHTS = 100_000
"""Number of weights that is always allowed, however short the text."""
OVERHEAD = 0.06
"""Share of the budget that measuring, validating and saving take."""
FEWEST_STEPS = 40
BATCHES = (32, 16, 8, 4)
"""Batch sizes to choose from; the first one that allows enough updates is taken."""
MANY_SYMBOLS = 1000
"""Vocabulary size, such as Chinese needs, from which the output layer is half of the work."""
CHEAPER = {"muon_every": 4, "softmax_sample": 500}
"""Settings for such vocabularies; they give 1.5 times as many updates in the same time."""
LOOKS_BACK_FROM = 1_000_000
"""Minimum number of training characters for which attention is worth its cost. Measured on
records of Chinese verse; on running English text, attention is not worth it within five minutes."""


@dataclass(frozen=True)
class Workload:
    """The text to learn, the time for it, and the speed of this machine."""

    size: int
    """Number of ids in the training split."""
    vocab_size: int
    has_records: bool
    seconds: float
    speed: Callable[[ModelConfig, TrainConfig], float]
    """Measures this machine's training speed with two configs, in characters a second."""
    precision: str
    asked_s: float | None = None
    """The user's whole budget, which includes reading and saving; None: the same as `seconds`."""


@dataclass(frozen=True)
class Recipe:
    """Settings for `ModelConfig` and `TrainConfig`, by name, with reasons for the chosen ones."""

    settings: Mapping[str, Any]
    reasons: tuple[Note, ...]


def choose(work: Workload, given: Mapping[str, Any]) -> Recipe:
    """Choose the settings that the user left open.

    Args:
        work: Text, time and machine.
        given: Settings that the user gave; the chosen settings suit these.

    Raises:
        TrainingError: The time does not allow enough updates.
    """
    settings, chars = _widest_fed(work, given, BATCHES[0])
    for rows in BATCHES[1:]:
        # A smaller batch makes more updates of the same characters, but reads them more slowly, so
        # the width is chosen again.
        enough = chars / (rows * settings["seq_length"]) >= FEWEST_STEPS
        if _steps(settings, chars) < FEWEST_STEPS and enough and "batch_size" not in given:
            settings, chars = _widest_fed(work, given, rows)
    steps = _steps(settings, chars)
    epochs = chars / max(1, work.size)
    looks_back = _looking_back(work, settings, chars)
    settings = {**settings, **looks_back, **_regularisation(epochs), **given}
    if steps < FEWEST_STEPS:
        raise TrainingError(
            f"{(work.asked_s or work.seconds) / 60:g} minutes are too short: this machine makes"
            f" about {steps:.0f} updates in that time",
            code="minutes.short",
            values={
                "minutes": f"{(work.asked_s or work.seconds) / 60:g}",
                "updates": f"{steps:.0f}",
                "least": f"{_least_minutes(work, steps):g}",
            },
            hint=f"give at least ⟪minutes={_least_minutes(work, steps):g}⟫",
        )
    told: dict[str, Any] = {
        "width": settings["hidden_size"],
        "millions": f"{chars / 1e6:.1f}",
        "share": f"{chars / _layer_weights(settings, work):.0f}",
        "dropout": f"{settings['dropout_output']:.2g}",
        "times": f"{epochs:.1f}",
        "batch": f"{settings['batch_size']} x {settings['seq_length']}",
        "precision": settings["precision"],
    }
    reasons = [
        Note(
            f"width {told['width']}: about {told['millions']} million characters fit in the time,"
            f" {told['share']} for each weight of its layers",
            "chosen.width",
            told,
        ),
        Note(
            f"dropout {told['dropout']}: the text is read about {told['times']} times",
            "chosen.dropout",
            told,
        ),
        Note(
            f"batch {told['batch']} characters, {told['precision']}: what is fast here",
            "chosen.batch",
            told,
        ),
    ]
    if looks_back and "attention" not in given:
        reasons.append(
            Note(
                f"attention {settings['attention']}: on records it pays in so long a training",
                "chosen.attention",
                {"width": settings["attention"]},
            )
        )
    return Recipe(settings, tuple(reasons))


def _looking_back(work: Workload, settings: Mapping[str, Any], chars: float) -> dict[str, Any]:
    """Return settings that add an attention head, if it is worth its cost."""
    if not work.has_records or work.vocab_size < MANY_SYMBOLS or chars < LOOKS_BACK_FROM:
        return {}
    head = {"attention": max(32, min(192, settings["hidden_size"] // 2))}
    # A tied output layer reads exactly the width of the embedding; a head would widen its input.
    tied = settings.get("tied") and not settings.get("projection_size")
    return {} if tied else head


def _steps(settings: Mapping[str, Any], chars: float) -> float:
    """Return the number of updates that read this many characters."""
    per_update: int = settings["batch_size"] * settings["seq_length"]
    return chars / per_update


def _widest_fed(
    work: Workload, given: Mapping[str, Any], rows: int
) -> tuple[dict[str, Any], float]:
    """Return (settings of the widest network that sees enough characters, how many it sees).

    Args:
        work: Text, time and machine.
        given: Settings that the user gave.
        rows: Largest batch size to use.
    """
    most = max(HARMLESS_WEIGHTS, WEIGHTS_PER_CHAR * work.size)
    best: tuple[dict[str, Any], float] | None = None
    for width in (given["hidden_size"],) if "hidden_size" in given else WIDTHS:
        settings = _settings_at(width, work, given, rows)
        weights = _layer_weights(settings, work)
        # The first width is always accepted, because there must be a result.
        if best is not None and weights > most:
            break
        chars = work.seconds * work.speed(*configs_from(settings, work.vocab_size))
        if best is not None and chars < CHARS_PER_WEIGHT * weights:
            break
        best = settings, chars
    assert best is not None
    return best


def _settings_at(width: int, work: Workload, given: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Return the settings for a network of this width, without attention or dropout."""
    return {
        "hidden_size": width,
        **_shape(work, width),
        **_batch(work, rows),
        "learning_rate": _rate(width),
        **(CHEAPER if work.vocab_size >= MANY_SYMBOLS else {}),
        "precision": work.precision,
        **given,
    }


def _rate(width: int) -> float:
    """Return the learning rate for a width: 4e-3 at 512, lower if wider, and 5e-3 at most."""
    return round(min(5e-3, 4e-3 * math.sqrt(512 / width)), 5)


def configs_from(settings: Mapping[str, Any], vocab_size: int) -> tuple[ModelConfig, TrainConfig]:
    """Build the two configs from settings by name; without a budget, `steps` is 1.

    Raises:
        OptionError: A name is unknown, or a value is not allowed.
    """
    refuse_unknown(settings, ModelConfig, TrainConfig, CorpusConfig)
    names = set(ModelConfig.__dataclass_fields__)
    model = {name: value for name, value in settings.items() if name in names}
    train = {name: value for name, value in settings.items() if name not in names}
    if not set(BUDGETS) & set(train):
        train["steps"] = 1
    model["vocab_size"] = vocab_size
    return from_dict(ModelConfig, model), from_dict(TrainConfig, train)


def _layer_weights(settings: Mapping[str, Any], work: Workload) -> int:
    """Return the number of weights in the recurrent layers."""
    shapes = configs_from(settings, work.vocab_size)[0].shapes()
    return sum(math.prod(shape) for name, shape in shapes.items() if name.startswith("layer"))


def _shape(work: Workload, width: int) -> dict[str, Any]:
    """Choose the sizes of embedding and projection.

    With thousands of symbols the output layer is half of the work, so it reads a narrow projection.
    """
    if work.vocab_size < MANY_SYMBOLS:
        return {"embedding_size": min(64, width)}
    narrow = min(256, width)
    return {"embedding_size": narrow, "projection_size": narrow}


def _batch(work: Workload, rows: int) -> dict[str, Any]:
    """Choose the batch size and length; a short text gets smaller batches, to make more updates."""
    batch, length = rows, 64
    while batch > 4 and batch * length * 8 > work.size:
        batch //= 2
    while length > 8 and batch * length * 4 > work.size:
        length //= 2
    return {"batch_size": batch, "seq_length": length}


def _regularisation(epochs: float) -> dict[str, Any]:
    """Choose dropout rates by the number of epochs; below two epochs there is no dropout."""
    share = 0.1 + 0.12 * math.log2(epochs / 3.5) if epochs >= 2 else 0.0
    output = round(min(0.6, max(0.0, share)), 2)
    return {
        "dropout_output": output,
        "dropout": output,
        "dropout_input": round(max(0.0, output - 0.4) / 2, 2),
        "dropout_recurrent": round(output / 4, 2) if output >= 0.2 else 0.0,
    }


def _least_minutes(work: Workload, steps: float) -> float:
    """Return the smallest sufficient budget in minutes, including reading and saving."""
    lacking = work.seconds * (FEWEST_STEPS / max(1, steps) - 1)
    least = ((work.asked_s or work.seconds) + lacking / (1 - OVERHEAD)) / 60
    return math.ceil(least * 100) / 100
