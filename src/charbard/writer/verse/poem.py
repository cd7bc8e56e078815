"""What comes out of writing verse: lines as they become certain, whole poems, alternatives."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from charbard.errors import Note, facts_of
from charbard.writer.verse.ranking import Score

__all__ = ["Alternative", "LineDone", "Poem"]

_SHOWN = 40
"""Characters of a poem that are shown of it in a session."""


@dataclass(frozen=True, slots=True)
class LineDone:
    """One line of one candidate, certain from now on."""

    candidate: int
    index: int
    """Number of the line, from 0."""
    text: str
    """Without its mark."""
    mark: str
    logp: tuple[float, ...]
    """The model's own log-probability of each character, the mark left out, in nats."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A character that could stand at a place, all rules kept."""

    char: str
    probability: float
    """Among all alternatives, with what stands before and behind."""
    nats_here: float
    """The model's log-probability of it, given what stands before."""
    nats_after: float
    """The model's log-probability of all that stands behind, given it."""


@dataclass(frozen=True, repr=False)
class Poem:
    """One finished candidate."""

    candidate: int
    lines: tuple[str, ...]
    """Each line without its mark."""
    marks: tuple[str, ...]
    logp: tuple[tuple[float, ...], ...]
    """For each line the model's own log-probability of its characters, in nats."""
    stanza_ends: tuple[int, ...]
    """Lines after which a stanza ends, from 1; the last line always."""
    form: str
    book: str
    variants: tuple[str, ...]
    """Variants of the form that it keeps."""
    rhymes: tuple[str | None, ...]
    """Group of each rhyme; None where several would do."""
    given: tuple[tuple[int, int], ...]
    """Line and place, from 0, of the characters that were given."""
    score: Score
    seed: int
    theme: str = ""
    model: str = ""
    """Digest of the model."""
    notes: tuple[Note, ...] = field(default=())
    """What was understood otherwise than it was given."""

    @property
    def text(self) -> str:
        """The poem with its marks, each stanza in one row; a blank row parts stanzas."""
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
        """How surprising the model itself finds it, marks left out."""
        values = [value for line in self.logp for value in line]
        return -sum(values) / max(1, len(values))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
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
