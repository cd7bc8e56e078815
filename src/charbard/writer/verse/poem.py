"""Results of writing verse: lines as they become certain, whole poems, alternatives."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from charbard.errors import Note, facts_of
from charbard.writer.verse.ranking import Score

__all__ = ["Alternative", "LineDone", "Poem"]

_SHOWN = 40
"""Maximum number of characters of a poem that its repr shows."""


@dataclass(frozen=True, slots=True)
class LineDone:
    """One finished line of one candidate."""

    candidate: int
    index: int
    """0-based number of the line."""
    text: str
    """The line without its mark."""
    mark: str
    logp: tuple[float, ...]
    """The model's own log-probability of each character in nats, without the mark."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A character that could take a place without breaking the form."""

    char: str
    probability: float
    """Probability among all alternatives, given the text before and after it."""
    nats_here: float
    """The model's log-probability of the character, given the text before it."""
    nats_after: float
    """The model's log-probability of the text after it, given the character."""


@dataclass(frozen=True, repr=False)
class Poem:
    """One finished candidate."""

    candidate: int
    lines: tuple[str, ...]
    """Each line without its mark."""
    marks: tuple[str, ...]
    logp: tuple[tuple[float, ...], ...]
    """The model's own log-probability of the characters of each line, in nats."""
    stanza_ends: tuple[int, ...]
    """1-based numbers of the lines that end a stanza; the last line always does."""
    form: str
    book: str
    variants: tuple[str, ...]
    """Names of the variants of `form` that the poem fits; empty if it breaks the form."""
    rhymes: tuple[str | None, ...]
    """Group of each rhyme; None if several groups fit."""
    given: tuple[tuple[int, int], ...]
    """0-based (line, place) of each character that the user fixed."""
    score: Score
    seed: int
    theme: str = ""
    model: str = ""
    """Digest of the model."""
    notes: tuple[Note, ...] = field(default=())
    """Notes for the user, such as characters that the model could not read as given."""

    @property
    def text(self) -> str:
        """The poem with its marks, one stanza per row, and a blank row between stanzas."""
        return "\n\n".join(self._stanzas())

    def __str__(self) -> str:
        sentences = (stanza.replace("。", "。\n").rstrip("\n") for stanza in self._stanzas())
        return "\n\n".join(sentences)

    def __repr__(self) -> str:
        shown = "".join(self._stanzas())
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        return f"<Poem {self.form} {shown!r}, seed {self.seed}, {len(self.lines)} lines>"

    def _stanzas(self) -> list[str]:
        lines = [line + mark for line, mark in zip(self.lines, self.marks, strict=True)]
        return ["".join(lines[a:b]) for a, b in pairwise((0, *self.stanza_ends))]

    @property
    def nats_per_char(self) -> float:
        """Mean negative log-probability of a character in nats, without marks."""
        values = [value for line in self.logp for value in line]
        return -sum(values) / max(1, len(values))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "text": self.text,
            "lines": list(self.lines),
            "marks": list(self.marks),
            "stanza_ends": list(self.stanza_ends),
            "form": self.form,
            "variants": list(self.variants),
            "book": self.book,
            "rhymes": list(self.rhymes),
            "theme": self.theme,
            "given": [[line + 1, place + 1] for line, place in self.given],
            "nats_per_char": round(self.nats_per_char, 4),
            "logp": [[round(value, 3) for value in line] for line in self.logp],
            "score": self.score.to_dict(),
            "candidate": self.candidate,
            "seed": self.seed,
            "model": self.model,
            "notes": [facts_of(note) for note in self.notes],
        }
