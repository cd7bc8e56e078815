"""A model in one line, for a session in Python."""

from charbard.bundle import Bundle

__all__ = ["about"]


def about(bundle: Bundle) -> str:
    """Its network, how many characters it knows and what it can be told."""
    config, vocab = bundle.config, bundle.vocab
    network = f"{config.cell} {config.num_layers} × {config.hidden_size}"
    told = f", told {', '.join(vocab.fields)}" if vocab.fields else ""
    return f"{network}, {len(vocab.chars)} characters{told}, {bundle.digest[:12]}"
