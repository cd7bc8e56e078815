"""A specification of a poem: its form, and demands on rhyme and on characters.

Specifications are plain values; `conflict.compile_spec` compiles one into a machine.
"""

from dataclasses import dataclass, replace

from charbard.errors import Note
from charbard.prosody.book import rhyme_label
from charbard.prosody.form import Form

__all__ = ["Ban", "FormSpec", "Lock"]


@dataclass(frozen=True, slots=True)
class Lock:
    """A character fixed at one place. Lines and places count from 0."""

    line: int
    place: int
    char: str
    why: str = ""
    """Origin of the lock, such as acrostic or given line; messages name it."""
    stand_in: str | None = None
    """Character that the model reads instead if the vocabulary lacks `char`."""

    @property
    def note(self) -> Note:
        """Description of the lock for messages: its origin, character and place."""
        where = f"{self.char!r} at line {self.line + 1}, place {self.place + 1}"
        text = f"{self.why}: {where}" if self.why else where
        code = f"part.{self.why.partition(' ')[0] or 'lock'}"
        return Note(text, code, {"char": self.char, "line": self.line + 1, "place": self.place + 1})

    def __str__(self) -> str:
        return self.note


@dataclass(frozen=True, slots=True)
class Ban:
    """Characters ruled out at one place."""

    line: int
    place: int
    chars: str


@dataclass(frozen=True, kw_only=True)
class FormSpec:
    """A complete specification of a poem; a demand that is None is left open."""

    form: Form
    book: str
    """Key of the rhyme book."""
    rhyme: tuple[str | None, ...] = ()
    """Required group of each rhyme of the form, in order of first occurrence; None and missing
    entries leave the rhyme open."""
    variant: str | None = None
    """Name of the form's variant."""
    locks: tuple[Lock, ...] = ()
    bans: tuple[Ban, ...] = ()
    banned: str = ""
    """Characters ruled out everywhere; a lock on one of them makes the specification infeasible."""
    commonest: int | None = None
    """Only this many of the most frequent characters may be chosen; None allows all."""
    repeats: str = "rhymes"
    """Which characters may be repeated: all ("free"), all except rhyme words ("rhymes"), or only
    reduplicated characters ("none")."""

    def without(self, part: object) -> "FormSpec":
        """Return the specification without one of its `parts`."""
        if isinstance(part, Lock):
            return replace(self, locks=tuple(lock for lock in self.locks if lock != part))
        assert isinstance(part, str)
        name, _, place = part.partition(" ")
        if name == "rhyme":
            open_one = tuple(
                None if str(at) == place else group for at, group in enumerate(self.rhyme)
            )
            return replace(self, rhyme=open_one)
        return replace(self, **{name: _NOTHING[name]})  # type: ignore[arg-type]

    def parts(self) -> tuple["Lock | str", ...]:
        """Return all demands that could be dropped, the least dispensable ones last."""
        named = [name for name, nothing in _NOTHING.items() if getattr(self, name) != nothing]
        rhymes = [f"rhyme {at}" for at, group in enumerate(self.rhyme) if group is not None]
        return (*named, *rhymes, *self.locks)

    def describe(self, part: "Lock | str") -> Note:
        """Describe one of the `parts` in words that a user understands."""
        if isinstance(part, Lock):
            return part.note
        name, _, place = part.partition(" ")
        if name == "rhyme":
            group = self.rhyme[int(place)]
            label = (group and rhyme_label(group, book=self.book)) or ""
            return Note(f"rhyme {label}", "part.rhyme", {"rhyme": label})
        value = getattr(self, name)
        text = {
            "repeats": "no character twice" if value == "none" else "no rhyme word twice",
            "commonest": f"only the {value} commonest characters",
            "banned": f"banned characters {_shown(str(value))}",
            "bans": "characters ruled out at a place",
            "variant": f"variant {value}",
        }[name]
        code = f"part.repeats.{value}" if name == "repeats" else f"part.{name}"
        return Note(text, code, {"value": _shown(str(value))})


def _shown(chars: str) -> str:
    """Quote characters, and abbreviate a long list."""
    return repr(chars) if len(chars) <= _MOST_SHOWN else f"{chars[:_MOST_SHOWN]!r}…"


_MOST_SHOWN = 20
_NOTHING: dict[str, object] = {
    "repeats": "free",
    "commonest": None,
    "banned": "",
    "bans": (),
    "variant": None,
}
