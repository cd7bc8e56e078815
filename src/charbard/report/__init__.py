"""Measurements of what a bundle can do."""

from charbard.report.perplexity import Perplexity, evaluate
from charbard.report.verse import evaluate_verse

__all__ = ["Perplexity", "evaluate", "evaluate_verse"]
