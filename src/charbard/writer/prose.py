"""Writing free text with a bundle: prime, stop, sample, repeat exactly."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from charbard.bundle import Bundle, load_bundle
from charbard.config import SampleOptions, TextOrder, from_dict
from charbard.runtime import Bias, Draws, Ids, Model, Step, Task, as_ids, generate, run
from charbard.vocab import END, Vocab
from charbard.writer.prime import encode_known, opening_ids
from charbard.writer.scored import Scored, heat_map, scored

__all__ = ["Piece", "Writer", "Written", "fresh_seed"]

_LONGEST_FINISH = 500
"""With `finish_line`, how far past its length a text may go when no line ends."""


def fresh_seed() -> int:
    """A seed nobody has chosen, short enough to type again."""
    return secrets.randbelow(1_000_000)


@dataclass(frozen=True, slots=True)
class Piece:
    """A few characters of one text, as soon as they are certain."""

    sample: int
    text: str
    logp: tuple[float, ...]
    """The model's own log-probability of each character, in nats."""


@dataclass(frozen=True)
class Written:
    """One finished text."""

    prime: str
    text: str
    logp: tuple[float, ...]
    seed: int
    sample: int
    notes: tuple[str, ...] = ()
    """What was read otherwise than it was given."""

    def __str__(self) -> str:
        return self.prime + self.text

    @property
    def nats_per_char(self) -> float:
        """How surprising the model itself finds the text; lower is safer."""
        return -sum(self.logp) / max(1, len(self.logp))

    def _repr_html_(self) -> str:
        return heat_map(self.prime, self.text, self.logp, caption=f"seed {self.seed}")


class Writer:
    """A bundle, open for writing. Keeps no state between requests."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._model = Model(bundle)

    @classmethod
    def open(cls, path: str | Path) -> "Writer":
        """Open a bundle or a checkpoint.

        Raises:
            BundleError: It is missing, truncated, altered or of another version.
        """
        return cls(load_bundle(Path(path)))

    def write(
        self, prime: str = "", *, length: int = 500, seed: int | None = None, **options: Any
    ) -> Written:
        """Write one text.

        Args:
            prime: Text to write on from.
            length: Characters to write at most.
            seed: Repeat a text exactly; None draws one, which the result tells.
            options: Fields of `SampleOptions`, such as temperature or top_p.

        Raises:
            OptionError: An option is unknown or out of range.
        """
        order = TextOrder(
            prime=prime,
            length=length,
            seed=fresh_seed() if seed is None else seed,
            options=from_dict(SampleOptions, options),
        )
        return next(self.texts(order))

    def texts(self, order: TextOrder) -> Iterator[Written]:
        """Every text of an order, whole."""
        _, prime, notes = opening_ids(self.bundle, order.prime, order.fields)
        for sample in range(order.samples):
            pieces = list(self.stream(order, sample))
            yield Written(
                prime,
                "".join(piece.text for piece in pieces),
                tuple(logp for piece in pieces for logp in piece.logp),
                order.seed,
                sample,
                tuple(notes),
            )

    def understood(self, order: TextOrder) -> str:
        """The prime as the model can read it."""
        return opening_ids(self.bundle, order.prime, order.fields)[1]

    def notes(self, order: TextOrder) -> list[str]:
        """What will be read otherwise than it was given."""
        return opening_ids(self.bundle, order.prime, order.fields)[2]

    def stream(self, order: TextOrder, sample: int = 0) -> Iterator[Piece]:
        """One text of an order, piece by piece."""
        opening, _, _ = opening_ids(self.bundle, order.prime, order.fields)
        draws = Draws(
            options=order.options,
            seed=order.seed,
            sample=sample,
            boost=self._boost(order.options),
        )
        task = Task(generate(opening, self._allowed(order.options), draws))
        steps: Iterator[Step] = (step for _, step in run(self._model, [task]))
        chars = self._until_end((step.char_id, step.logp) for step in steps)
        text = _limited(chars, order.length, finish_line=order.finish_line)
        for chunk, logp in _until_stop(text, order.stop):
            yield Piece(sample, chunk, logp)

    def _until_end(self, steps: Iterator[tuple[int, float]]) -> Iterator[tuple[str, float]]:
        for char_id, logp in steps:
            if char_id == END:
                return
            yield self.bundle.vocab.symbols[char_id], logp

    def _allowed(self, options: SampleOptions) -> Ids:
        """What may be written: characters, the end of a record, less what the user rules out."""
        vocab = self.bundle.vocab
        last = len(vocab)
        if options.commonest is not None:
            last = min(last, vocab.first_char + options.commonest)
        allowed = set(range(vocab.first_char, last)) | ({END} if self.bundle.has_records else set())
        return as_ids(sorted(allowed - _known(vocab, options.banned)))

    def _boost(self, options: SampleOptions) -> Bias | None:
        ids = as_ids(sorted(_known(self.bundle.vocab, options.boosted)))
        return Bias(ids, np.full(len(ids), options.boost, np.float32)) if len(ids) else None

    def score(self, text: str, *, top: int = 5) -> Scored:
        """How likely each character of a text is, and what the model would rather have written."""
        known, notes = encode_known(self.bundle.vocab, text)
        return scored(self.bundle, self._model, known, notes, top=top)

    def _repr_html_(self) -> str:
        config = self.bundle.config
        return (
            f"<b>charbard</b> {config.num_layers} x {config.cell} {config.hidden_size},"
            f" {len(self.bundle.vocab.chars)} characters, model {self.bundle.digest}"
        )


def _known(vocab: Vocab, chars: str) -> set[int]:
    return {char_id for char in chars if (char_id := vocab.id_of(char)) is not None}


def _limited(
    chars: Iterator[tuple[str, float]], length: int, *, finish_line: bool
) -> Iterator[tuple[str, float]]:
    """At most `length` characters, or to the end of the line behind them."""
    for count, (char, logp) in enumerate(chars, 1):
        yield char, logp
        if count >= length and (
            not finish_line or char == "\n" or count >= length + _LONGEST_FINISH
        ):
            return


def _until_stop(
    chars: Iterator[tuple[str, float]], stops: tuple[str, ...]
) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Pass characters on, holding back what may turn out to begin a stop string."""
    held: list[tuple[str, float]] = []
    for char, logp in chars:
        held.append((char, logp))
        text = "".join(c for c, _ in held)
        if ended := [stop for stop in stops if text.endswith(stop)]:
            held = held[: len(held) - max(map(len, ended))]
            break
        keep = max((_overlap(text, stop) for stop in stops), default=0)
        ready, held = held[: len(held) - keep], held[len(held) - keep :]
        if ready:
            yield "".join(c for c, _ in ready), tuple(p for _, p in ready)
    if held:
        yield "".join(c for c, _ in held), tuple(p for _, p in held)


def _overlap(text: str, stop: str) -> int:
    """How many of the text's last characters begin the stop string."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
