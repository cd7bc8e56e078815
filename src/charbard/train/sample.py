"""Sample text with torch during training. The package `runtime` generates text from
finished models."""

import torch

from charbard.train.network import CharRNN
from charbard.vocab import END, UNKNOWN, Vocab

__all__ = ["sample_text"]


@torch.inference_mode()
def sample_text(
    network: CharRNN,
    vocab: Vocab,
    *,
    has_records: bool,
    temperature: float,
    length: int,
    seed: int,
) -> str:
    """Sample `length` characters without a prompt; after the end of a record a new one begins."""
    chance = torch.Generator().manual_seed(seed)
    opening = vocab.opening(has_records=has_records)
    written: list[int] = []
    fresh, state = opening, network.start(1)
    for _ in range(length):
        features, state = network.read(torch.tensor(fresh, device=network.device)[:, None], state)
        # Drawn on the CPU, so that a seed gives the same draws on every device.
        scores = network.logits(features)[-1, 0].double().cpu() / temperature
        scores[UNKNOWN : vocab.first_char] = -torch.inf
        char_id = int(torch.multinomial(scores.softmax(0), 1, generator=chance))
        written.append(char_id)
        ended = char_id == END and has_records
        fresh, state = (opening, network.start(1)) if ended else ([char_id], state)
    return "".join("\n" if i == END else vocab.symbols[i] for i in written).strip("\n")
