"""What a bundle can do, measured."""

from charbard.report.perplexity import Perplexity, evaluate

__all__ = ["Perplexity", "evaluate"]
