"""Run a trained network on ids, without torch. Nothing here depends on characters or forms."""

from charbard.runtime.batch import Batch, Event, run
from charbard.runtime.constraint import Anything, Constraint, Ids, SegmentedConstraint, as_ids
from charbard.runtime.decoder import Decoding, decode, rows_needed
from charbard.runtime.draft import Draft
from charbard.runtime.engine import Engine, Load
from charbard.runtime.generate import Draws, Step, generate
from charbard.runtime.model import Model, Network
from charbard.runtime.program import Program, Result, Run, perform, result, side_by_side
from charbard.runtime.quant import ByteModel
from charbard.runtime.score import Scores, score_ids, score_texts
from charbard.runtime.search import BiasRule, Decoded, Probe, Rejects, Search, Segment, Worth
from charbard.runtime.spec import Bias, Choices, Guidance, SampleSpec
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
from charbard.runtime.units import activations, attention_map, without_units

__all__ = [
    "Anything",
    "Batch",
    "Bias",
    "BiasRule",
    "ByteModel",
    "Choices",
    "Constraint",
    "Decoded",
    "Decoding",
    "Draft",
    "Draws",
    "Emit",
    "Engine",
    "Event",
    "Guidance",
    "Ids",
    "Load",
    "Model",
    "Network",
    "Outcome",
    "Plan",
    "Probe",
    "Program",
    "Rejects",
    "Result",
    "Run",
    "SampleSpec",
    "Scores",
    "Search",
    "Segment",
    "SegmentedConstraint",
    "State",
    "Step",
    "Steps",
    "Task",
    "Worth",
    "activations",
    "as_ids",
    "attention_map",
    "best_of",
    "decode",
    "draw_after",
    "generate",
    "perform",
    "read_ids",
    "read_prompts",
    "result",
    "rows_needed",
    "run",
    "score_ids",
    "score_texts",
    "side_by_side",
    "through",
    "together",
    "without_units",
]
