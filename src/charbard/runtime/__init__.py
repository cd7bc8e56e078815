"""Running a trained network without torch. Knows ids and weights, not characters or form."""

from charbard.runtime.ask import Ask, Bias, Choices, Guidance
from charbard.runtime.batch import Batch, Event, run
from charbard.runtime.constraint import Constraint, Ids, as_ids
from charbard.runtime.engine import Engine, Load
from charbard.runtime.generate import Draws, Kept, Step, constrained, generate, go_on
from charbard.runtime.model import Model, Network
from charbard.runtime.quant import ByteModel
from charbard.runtime.score import Scores, score_ids, score_texts
from charbard.runtime.state import State
from charbard.runtime.task import (
    Emit,
    Outcome,
    Plan,
    Steps,
    Task,
    draw_after,
    read_ids,
    read_prompts,
    through,
)
from charbard.runtime.together import best_of, together
from charbard.runtime.units import activations, without_units

__all__ = [
    "Ask",
    "Batch",
    "Bias",
    "ByteModel",
    "Choices",
    "Constraint",
    "Draws",
    "Emit",
    "Engine",
    "Event",
    "Guidance",
    "Ids",
    "Kept",
    "Load",
    "Model",
    "Network",
    "Outcome",
    "Plan",
    "Scores",
    "State",
    "Step",
    "Steps",
    "Task",
    "activations",
    "as_ids",
    "best_of",
    "constrained",
    "draw_after",
    "generate",
    "go_on",
    "read_ids",
    "read_prompts",
    "run",
    "score_ids",
    "score_texts",
    "through",
    "together",
    "without_units",
]
