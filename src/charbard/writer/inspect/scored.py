"""Score a given text: the log-probability of each character, and what the model expected."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charbard.bundle import Bundle
from charbard.errors import Note, OptionError
from charbard.runtime import Network, score_ids
from charbard.runtime.score import Scores
from charbard.writer.prompt import opening_ids

__all__ = ["CharScore", "Scored", "heat_map", "scored"]


@dataclass(frozen=True, slots=True)
class CharScore:
    """One character of a scored text."""

    char: str
    logp: float
    """Log-probability in nats, given all characters before it."""
    expected: tuple[tuple[str, float], ...]
    """The likeliest characters with their log-probabilities, the likeliest first."""


@dataclass(frozen=True)
class Scored:
    """A scored text. A model of running text scores the first character as if it began a line."""

    chars: tuple[CharScore, ...]
    notes: tuple[Note, ...]

    @property
    def nats_per_char(self) -> float:
        """Mean negative log-probability of a character, in nats."""
        return -sum(char.logp for char in self.chars) / max(1, len(self.chars))

    @property
    def bits_per_char(self) -> float:
        """Mean negative log-probability of a character, in bits."""
        return self.nats_per_char / math.log(2)

    @property
    def perplexity(self) -> float:
        """Perplexity per character, e^nats."""
        return math.exp(self.nats_per_char)

    def _repr_html_(self) -> str:
        text = "".join(char.char for char in self.chars)
        logp = [char.logp for char in self.chars]
        return heat_map("", text, logp, caption=f"{self.nats_per_char:.3f} nats per character")


def scored(
    bundle: Bundle,
    network: Network,
    text: str,
    notes: Sequence[Note],
    *,
    top: int,
    fields: Sequence[tuple[str, str]] = (),
) -> Scored:
    """Score a text of known characters, conditioned on `fields`, pairs of (name, value).

    A model of running text scores the first character as if it began a line, and reads nothing
    before the text when it scores the others.

    Raises:
        OptionError: The text is empty.
    """
    if not text:
        raise OptionError(
            "there is no character to score",
            code="score.empty",
            hint="give a text the model can read",
        )
    opening, _, _ = opening_ids(bundle, "", fields)
    ids = bundle.vocab.encode(text).tolist()
    if bundle.has_records:
        result, first = score_ids(network, np.array(opening + ids), top=top), len(opening) - 1
    else:
        result, first = _running(network, opening, ids, top), 0
    symbols = bundle.vocab.symbols
    chars = []
    for place, char in enumerate(text):
        at = first + place
        expected = tuple(
            (symbols[char_id], float(logp))
            for char_id, logp in zip(result.top_ids_NK[at], result.top_logp_NK[at], strict=True)
        )
        chars.append(CharScore(char, float(result.logp_N[at]), expected))
    return Scored(tuple(chars), tuple(notes))


def _running(network: Network, opening: list[int], ids: list[int], top: int) -> Scores:
    begins = score_ids(network, np.array([*opening, ids[0]]), top=top)
    if len(ids) == 1:
        return begins
    rest = score_ids(network, np.array(ids), top=top)
    return Scores(
        np.concatenate((begins.logp_N, rest.logp_N)),
        np.concatenate((begins.top_ids_NK, rest.top_ids_NK)),
        np.concatenate((begins.top_logp_NK, rest.top_logp_NK)),
    )


def heat_map(prime: str, text: str, logp: Sequence[float], *, caption: str) -> str:
    """Render text as HTML; the less likely a character is, the stronger its background colour."""
    spans = [
        f'<span title="{math.exp(value):.2%}" style="background:'
        f'rgba(200,80,40,{min(0.8, -value / 10):.2f})">{html.escape(char)}</span>'
        for char, value in zip(text, logp, strict=True)
    ]
    return (
        f'<pre style="white-space:pre-wrap"><b>{html.escape(prime)}</b>{"".join(spans)}</pre>'
        f"<small>{html.escape(caption)}</small>"
    )
