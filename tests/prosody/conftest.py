"""A vocabulary to compile forms for, and texts that a machine writes at random."""

from functools import cache

import numpy as np

from charbard.prosody.book import common_chars
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Machine, VerseState
from charbard.vocab import Vocab


@cache
def large(book: str = "pingshui", *, least: float = 0) -> Lexicon:
    """Return a lexicon of the 5,000 commonest characters."""
    return Lexicon.build(Vocab(tuple("，。" + common_chars()[:5000])), book, least=least)


def random_text(machine: Machine, seed: int, state: VerseState | None = None) -> str:
    """Return one text that the machine allows, with each allowed character equally likely."""
    rng, text = np.random.default_rng(seed), ""
    state = machine.start() if state is None else state
    while not machine.is_done(state):
        ids = machine.allowed(state)
        assert len(ids), f"a dead end after {text!r}"
        char_id = int(rng.choice(ids))
        text += machine.lexicon.vocab.symbols[char_id]
        state = machine.advance(state, char_id)
    return text
