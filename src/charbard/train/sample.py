"""A few lines while training, to see what the network has learned. Not the writing engine."""

import torch

from charbard.train.network import CharRNN
from charbard.vocab import END, UNKNOWN, Vocab

__all__ = ["sample_text"]


@torch.inference_mode()
def sample_text(
    network: CharRNN, vocab: Vocab, *, temperature: float, length: int, seed: int
) -> str:
    """Write about `length` characters from nothing; a record that ends is followed by another."""
    chance = torch.Generator().manual_seed(seed)
    state = network.start(1)
    char_id, written = END, []
    for _ in range(length):
        features, state = network.read(torch.tensor([[char_id]]), state)
        scores = network.logits(features)[0, 0].double() / temperature
        scores[UNKNOWN : vocab.first_char] = -torch.inf
        char_id = int(torch.multinomial(scores.softmax(0), 1, generator=chance))
        written.append("\n" if char_id == END else vocab.symbols[char_id])
        if char_id == END:
            state = network.start(1)
    return "".join(written).strip("\n")
