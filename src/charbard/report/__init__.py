"""What a bundle can do, measured."""

from charbard.report.perplexity import Perplexity, evaluate
from charbard.report.verse import evaluate_verse

__all__ = ["Perplexity", "evaluate", "evaluate_verse"]
