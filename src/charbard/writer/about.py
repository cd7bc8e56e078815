"""Describe a model in one line, for an interactive session."""

from charbard.bundle import Bundle

__all__ = ["about"]


def about(bundle: Bundle) -> str:
    """Return a model's network, vocabulary size, condition fields and digest."""
    config, vocab = bundle.config, bundle.vocab
    network = f"{config.cell} {config.num_layers} × {config.hidden_size}"
    told = f", told {', '.join(vocab.fields)}" if vocab.fields else ""
    return f"{network}, {len(vocab.chars)} characters{told}, {bundle.digest[:12]}"
