"""The writer of free text."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from textwrap import shorten
from typing import Any, Self, TypeVar
from unicodedata import name

import numpy as np

from charbard.bundle import Bundle, load_bundle
from charbard.config import SampleOptions, TextOrder, from_dict
from charbard.errors import Note, OptionError
from charbard.files import path_of
from charbard.runtime import (
    Anything,
    Bias,
    ByteModel,
    Constraint,
    Ids,
    Program,
    Result,
    Task,
    as_ids,
    perform,
    result,
    run,
)
from charbard.text import normalise
from charbard.vocab import END, Vocab
from charbard.writer.about import about
from charbard.writer.inspect.scored import Scored, heat_map, scored
from charbard.writer.operation import operation
from charbard.writer.prompt import encode_known, opening_ids
from charbard.writer.text.spelling import Spelling, WordList
from charbard.writer.text.tasks import CompiledOrder, Piece, text_task

__all__ = ["Piece", "Writer", "Written", "fresh_seed"]

T = TypeVar("T")
_LISTS = 8
"""Number of cached word lists, one for each set of allowed characters."""
_SHOWN = 60
"""Maximum number of characters of a text that its repr shows."""
_ROWS = 64
"""Maximum number of texts that one task writes in parallel."""


def fresh_seed(wish: int | None = None) -> int:
    """Return the given seed, or a random one that is short enough to type."""
    return secrets.randbelow(1_000_000) if wish is None else wish


@dataclass(frozen=True, repr=False)
class Written:
    """One finished text."""

    prime: str
    text: str
    logp: tuple[float, ...]
    seed: int
    sample: int
    notes: tuple[Note, ...] = ()
    """Notes on parts of the prompt that the model could not read as given."""

    def __str__(self) -> str:
        return self.prime + self.text

    def __repr__(self) -> str:
        shown = shorten(str(self), _SHOWN, placeholder=" …")
        return f"<Written {shown!r}, {len(self.text)} characters, seed {self.seed}>"

    @property
    def nats_per_char(self) -> float:
        """Mean negative log-probability of a character in nats; lower means more predictable."""
        return -sum(self.logp) / max(1, len(self.logp))

    def _repr_html_(self) -> str:
        return heat_map(self.prime, self.text, self.logp, caption=f"seed {self.seed}")


class Writer:
    """A writer of free text. Between requests it keeps only its model and cached word lists."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.network = ByteModel(bundle)
        self._words = lru_cache(_LISTS)(self._listed)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a bundle, a checkpoint, the best bundle of a run's folder, or a shipped model.

        Raises:
            BundleError: The bundle is missing, truncated, altered or of another version.
            OptionError: `path` is not a path.
        """
        return cls(load_bundle(path_of(path, name="path")))

    def __repr__(self) -> str:
        return f"<Writer of {about(self.bundle)}>"

    def write(
        self,
        prime: str = "",
        *,
        length: int = 500,
        seed: int | None = None,
        spelling: bool | None = None,
        **options: Any,
    ) -> Written:
        """Write one text.

        Args:
            prime: Text to continue.
            length: Maximum number of characters to write; the last grapheme, and under `spelling`
                the last word, are finished.
            seed: The same seed repeats the text; None draws one, which the result records.
            spelling: Whether to write only words that the model lists; None: only if it lists any.
            options: Fields of `SampleOptions`, such as temperature or top_p.

        Raises:
            OptionError: An option is unknown or out of range.
        """
        order = TextOrder(
            prime=prime,
            length=length,
            seed=fresh_seed(seed),
            spelling=spelling,
            options=from_dict(SampleOptions, options),
        )
        return next(self.texts(order))

    @operation
    def whole(self, order: TextOrder) -> Program[list[Written]]:
        """Write the texts of an order in parallel, and emit each `Piece` once it is certain."""
        pieces: list[Piece] = []
        for task in self.tasks(order):
            pieces += yield task
        return self._joined(order, pieces)

    def texts(self, order: TextOrder) -> Iterator[Written]:
        """Yield the texts of an order in order of sample number, each once it is complete."""
        for _, pieces in groupby(self.stream(order), key=attrgetter("sample")):
            yield from self._joined(order, list(pieces))

    def _joined(self, order: TextOrder, pieces: Sequence[Piece]) -> list[Written]:
        """Assemble texts from their pieces, which may be interleaved."""
        _, prime, notes = opening_ids(self.bundle, order.prime, order.fields)
        held: dict[int, list[Piece]] = {}
        for piece in pieces:
            held.setdefault(piece.sample, []).append(piece)
        return [
            Written(
                prime,
                "".join(piece.text for piece in held[sample]),
                tuple(logp for piece in held[sample] for logp in piece.logp),
                order.seed,
                sample,
                tuple(notes),
            )
            for sample in sorted(held)
        ]

    def perform(self, program: Program[T]) -> T:
        """Run a program in the calling thread and return its result."""
        return result(program, self._in_this_thread)

    def _in_this_thread(self, task: Task) -> Iterator[Any]:
        return (value for _, value in run(self.network, [task], rows=task.rows))

    def understood(self, order: TextOrder) -> str:
        """Return the text to continue, in characters that the model knows."""
        return opening_ids(self.bundle, order.prime, order.fields)[1]

    def notes(self, order: TextOrder) -> list[Note]:
        """Return notes on text that the model cannot read as given, and on unused settings."""
        notes = opening_ids(self.bundle, order.prime, order.fields)[2]
        return [*notes, *_without_effect(order.options)]

    def stream(self, order: TextOrder) -> Iterator[Piece]:
        """Yield every text of an order piece by piece, one text after the other.

        The texts are written in parallel, so only the first is streamed while it is written. The
        last piece of each text is marked and may be empty.
        """
        waiting: dict[int, list[Piece]] = {}
        now = 0
        for piece in perform(self.whole.program(order), self._in_this_thread):
            if isinstance(piece, Result):
                return
            waiting.setdefault(piece.sample, []).append(piece)
            while ready := waiting.pop(now, None):
                yield from ready
                # `last` counts as 1: at the end of a text, `now` moves on to the next one, which
                # may already have pieces waiting.
                now += ready[-1].last

    def tasks(self, order: TextOrder) -> list[Task]:
        """Return the tasks that write an order and emit `Piece`; a large order needs several."""
        compiled = CompiledOrder(
            order,
            self._prompts(order),
            self._constraint(order),
            self._boost(order.options),
            self.bundle.vocab.symbols,
            self.network.start(),
            _ideographs(self.bundle.vocab),
        )
        texts = max(1, _ROWS // order.best_of)
        return [
            text_task(compiled, range(first, min(first + texts, order.samples)))
            for first in range(0, order.samples, texts)
        ]

    def _prompts(self, order: TextOrder) -> list[list[int]]:
        """Return the prompt and, for guidance, the unconditioned prompt."""
        prompts = [opening_ids(self.bundle, order.prime, order.fields)[0]]
        if order.guidance > 1 and order.fields:
            prompts.append(opening_ids(self.bundle, order.prime, ())[0])
        return prompts

    def _constraint(self, order: TextOrder) -> Constraint[Any]:
        """Return the constraint: listed words only, if the model lists any and the order allows it.

        Raises:
            OptionError: The order requires listed words, but the model lists none.
        """
        allowed = self._allowed(order.options)
        if order.spelling is False or not (order.spelling or self.bundle.spelling):
            return Anything(allowed)
        if not self.bundle.spelling:
            raise OptionError(
                "the model lists no words, so ⟪spelling⟫ cannot be kept",
                code="spelling.none",
                hint="train it with ⟪spelling⟫, or leave ⟪spelling⟫ out",
            )
        words = self._words(tuple(allowed.tolist()))
        return Spelling(self.bundle.vocab, allowed, words, self.understood(order))

    def _listed(self, allowed: Sequence[int]) -> WordList:
        symbols = self.bundle.vocab.symbols
        return WordList(self.bundle.spelling, frozenset(symbols[char_id] for char_id in allowed))

    def _allowed(self, options: SampleOptions) -> Ids:
        """Return the ids that the options allow, and END if the model was trained on records."""
        vocab = self.bundle.vocab
        last = len(vocab)
        if options.commonest is not None:
            # Characters are numbered by frequency, so the commonest ones have the first ids.
            last = min(last, vocab.first_char + options.commonest)
        allowed = set(range(vocab.first_char, last)) | ({END} if self.bundle.has_records else set())
        allowed -= _known(vocab, normalise(options.banned))
        if not allowed:
            raise OptionError(
                "every character is banned",
                code="banned.all",
                hint="leave some of them out of ⟪banned⟫",
            )
        return as_ids(sorted(allowed))

    def _boost(self, options: SampleOptions) -> Bias | None:
        ids = as_ids(sorted(_known(self.bundle.vocab, normalise(options.boosted))))
        return Bias(ids, np.full(len(ids), options.boost, np.float32)) if len(ids) else None

    def score(self, text: str, *, top: int = 5, fields: Sequence[tuple[str, str]] = ()) -> Scored:
        """Score each character of a text, with the characters that the model expected.

        Raises:
            OptionError: The text is empty, or the model was not trained with a field.
        """
        known, notes = encode_known(self.bundle.vocab, normalise(text))
        return scored(self.bundle, self.network, known, notes, top=top, fields=fields)

    def _repr_html_(self) -> str:
        config, size = self.bundle.config, len(self.bundle.vocab.chars)
        return f"<b>charbard</b> {config}, {size} characters, model {self.bundle.digest}"


@cache
def _ideographs(vocab: Vocab) -> frozenset[int]:
    """Return the ids of Chinese characters, which a text need not repeat, unlike letters."""
    return frozenset(
        vocab.first_char + place
        for place, char in enumerate(vocab.chars)
        if name(char, "").startswith("CJK UNIFIED")
    )


def _without_effect(options: SampleOptions) -> Iterator[Note]:
    """Yield a note for each option that was changed but has no effect."""
    declared = SampleOptions()
    if options.temperature_end is None and options.temperature_steps != declared.temperature_steps:
        yield Note("temperature_steps has no effect without temperature_end", "without.end")
    if not options.boosted and options.boost != declared.boost:
        yield Note("boost has no effect without boosted characters", "without.boosted")
    if options.greedy and options.temperature != declared.temperature:
        always = "temperature has no effect: the likeliest character is always taken"
        yield Note(always, "without.temperature")


def _known(vocab: Vocab, chars: str) -> set[int]:
    return {char_id for char in chars if (char_id := vocab.id_of(char)) is not None}
