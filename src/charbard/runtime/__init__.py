"""Running a trained network without torch. Knows ids and weights, not characters or form.

This is the plain reference: NumPy, one text at a time, written to be read.
"""

from charbard.runtime.generate import Step, generate
from charbard.runtime.model import Model, State
from charbard.runtime.score import Scores, score_ids

__all__ = ["Model", "Scores", "State", "Step", "generate", "score_ids"]
