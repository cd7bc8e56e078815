"""Running a trained network without torch. Knows ids and weights, not characters or form."""

from charbard.runtime.ask import Ask, Bias, Choices
from charbard.runtime.batch import Batch, Event, run
from charbard.runtime.constraint import Constraint, Ids, as_ids
from charbard.runtime.generate import Draws, Step, constrained, generate
from charbard.runtime.model import Model, Network
from charbard.runtime.score import Scores, score_ids
from charbard.runtime.state import State
from charbard.runtime.task import Emit, Outcome, Plan, Steps, Task, read_ids

__all__ = [
    "Ask",
    "Batch",
    "Bias",
    "Choices",
    "Constraint",
    "Draws",
    "Emit",
    "Event",
    "Ids",
    "Model",
    "Network",
    "Outcome",
    "Plan",
    "Scores",
    "State",
    "Step",
    "Steps",
    "Task",
    "as_ids",
    "constrained",
    "generate",
    "read_ids",
    "run",
    "score_ids",
]
