"""The errors that a user can fix.

    CharbardError
    ├── OptionError        an option is unknown, out of range, or contradicts another
    ├── ConflictError      the demands on a poem contradict each other; lists the conflict
    ├── CorpusError        a text cannot be read, or holds nothing to learn from
    ├── BundleError        a model file is missing, truncated, altered or of an unsupported version
    ├── CheckpointError    training cannot be resumed from this file
    ├── TrainingError      training cannot continue (it diverged, or its budget is too short)
    ├── DeadEndError       a constraint or a ban leaves no character to write
    ├── BusyError          the engine's queue is full; try again in a moment
    ├── LimitError         a request is larger than the engine allows
    ├── StoppedError       the engine or the server is stopping or has stopped
    ├── SaveError          a file cannot be written; the previous one is untouched
    ├── MissingExtraError  an optional dependency is not installed
    └── RefusedError       the server refuses this request
        ├── NotFoundError      there is no resource of this name
        ├── OccupiedError      a needed resource is in use by another request
        ├── TokenError         the token is missing or wrong
        ├── TooLargeError      the body exceeds the limit
        └── RateError          a client exceeds its request rate

Every message says what is wrong, with the actual value. The hint says what is allowed and which
command to try next. The command line and the web each handle this tree in one place.

Each error, and each note about a result, has a stable code and the values in its sentence. The
English sentence is written where the error is raised. The page and a Chinese terminal look up the
Chinese sentence by the code (`language`). A test checks that every code has a Chinese sentence.

A message names a setting as ⟪name⟫ or ⟪name=value⟫, and each interface has its own spelling:
⟪min_count=2⟫ is `--min-count 2` in the terminal, `min_count=2` in Python and over HTTP.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

__all__ = [
    "BundleError",
    "BusyError",
    "CharbardError",
    "CheckpointError",
    "ConflictError",
    "CorpusError",
    "DeadEndError",
    "LimitError",
    "MissingExtraError",
    "NotFoundError",
    "Note",
    "OccupiedError",
    "OptionError",
    "RateError",
    "RefusedError",
    "SaveError",
    "Spell",
    "StoppedError",
    "TokenError",
    "TooLargeError",
    "TrainingError",
    "Values",
    "facts_of",
    "in_python",
    "note_of",
    "spelled",
]

Values = Mapping[str, str | int | float | Sequence[str]]
"""Values in a sentence, by name: strings, numbers or lists of strings; a string may be a `Note`."""
_NO_VALUES: Values = MappingProxyType({})
Spell = Callable[[str, str | None], str | None]
"""Spells a setting, given its name and value (or None), for one interface; returns None if the
interface has no such setting."""
_SETTING = re.compile("⟪(\\w+)(?:=([^⟪⟫]*))?⟫")
_OFFER = re.compile(" \\([^()⟪⟫]*⟪[^()]*⟫[^()⟪⟫]*\\)")
_NUMBER = re.compile("-?[0-9.]+(e-?[0-9]+)?")


def spelled(text: str, spell: Spell) -> str:
    """Replace each ⟪setting⟫ of a message by its spelling in one interface. A bracketed remark is
    dropped if the interface lacks a setting in it.

    >>> spelled("read as big5 (another: ⟪encoding⟫); too few: ⟪min_count⟫", lambda *_: None)
    'read as big5; too few: min_count'
    """

    def offered(found: re.Match[str]) -> str:
        exist = [spell(*one.groups()) is not None for one in _SETTING.finditer(found[0])]
        return found[0] if all(exist) else ""

    return _SETTING.sub(lambda one: spell(*one.groups()) or one[1], _OFFER.sub(offered, text))


def in_python(name: str, value: str | None) -> str:
    """Spell a setting as a Python argument.

    >>> spelled("give ⟪encoding=big5⟫ and ⟪fields=form,title⟫", in_python)
    "give encoding='big5' and fields=('form', 'title')"
    """
    if value is None:
        return name
    parts = tuple(value.split(","))
    return f"{name}={value if _NUMBER.fullmatch(value) else repr(parts if parts[1:] else value)}"


class Note(str):
    """A note to the user about a result: an English sentence, with a code to translate it by.

    >>> note = Note("Ａ read as A", "char.nearest", {"char": "Ａ", "near": "A"})
    >>> note, note.code, note.values["near"]
    ('Ａ read as A', 'char.nearest', 'A')
    """

    code: str
    """Stable name of the kind of sentence, such as `char.nearest`."""
    values: Values
    """Values inserted into the sentence."""

    def __new__(cls, text: str, code: str, values: Values = _NO_VALUES) -> Self:
        note = super().__new__(cls, text)
        note.code, note.values = code, dict(values)  # a copy, because a proxy cannot be pickled
        return note

    def __getnewargs__(self) -> tuple[str, str, dict[str, Any]]:  # type: ignore[override]
        return str(self), self.code, dict(self.values)


def facts_of(note: str) -> dict[str, Any]:
    """Return a note as plain values for JSON: text, code and values; a plain string has no code."""
    if not isinstance(note, Note):
        return {"text": note, "code": "", "values": {}}
    values = {name: _plain(value) for name, value in note.values.items()}
    return {"text": str(note), "code": note.code, "values": values}


def note_of(facts: Mapping[str, Any]) -> "Note":
    """Return the note that `facts_of` turned into plain values.

    >>> note_of(facts_of(Note("Ａ read as A", "char.nearest", {"char": "Ａ"}))).values["char"]
    'Ａ'
    """
    values = {
        name: note_of(value) if isinstance(value, Mapping) else value
        for name, value in facts["values"].items()
    }
    return Note(facts["text"], facts["code"], values)


def _plain(value: object) -> Any:
    if isinstance(value, Note):
        return facts_of(value)
    if isinstance(value, str | int | float):
        return value
    assert isinstance(value, Sequence)
    return [_plain(one) for one in value]


class CharbardError(Exception):
    """An error that users see as `message` and `hint`, without a traceback.

    `str()` spells settings as in Python; a Python traceback also shows the hint.
    """

    def __init__(
        self, message: str, *, hint: str = "", code: str = "", values: Values = _NO_VALUES
    ) -> None:
        super().__init__(message)
        self._hint = hint
        self.code = code
        """Stable name of the kind of error, such as `acrostic.long`."""
        self.values = values
        """Values inserted into the message and the hint."""
        if hint:
            self.add_note(f"Hint: {self.hint}")

    def __str__(self) -> str:
        return self.said(in_python)[0]

    @property
    def hint(self) -> str:
        """What is allowed, and what to try next."""
        return self.said(in_python)[1]

    @property
    def message(self) -> str:
        """What is wrong, with settings still as ⟪name⟫, for embedding in another message."""
        return str(self.args[0])

    def said(self, spell: Spell) -> tuple[str, str]:
        """Return (message, hint), with settings spelled for one interface."""
        return spelled(self.message, spell), spelled(self._hint, spell)


class OptionError(CharbardError):
    """An option is unknown, out of range, or contradicts another."""


class ConflictError(CharbardError):
    """The demands on a poem contradict each other."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        values: Values = _NO_VALUES,
        conflicts: tuple[str, ...] = (),
        nearby: object = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code, values=values)
        self.conflicts = conflicts
        """Parts of the request that conflict; dropping any one of them resolves the conflict."""
        self.nearby = nearby
        """The nearest feasible request; None if there is none."""


class CorpusError(CharbardError):
    """A text cannot be read, or holds nothing to learn from."""

    def at(self, place: str) -> Self:
        """Return the same error, prefixed with its location."""
        said = Note(self.message, self.code, self.values)
        return type(self)(
            f"{place}: {said}", hint=self._hint, code="at", values={"place": place, "what": said}
        )


class BundleError(CharbardError):
    """A model file is missing, truncated, altered or of an unsupported version."""


class CheckpointError(CharbardError):
    """Training cannot be resumed from this file."""


class TrainingError(CharbardError):
    """Training cannot continue."""


class DeadEndError(CharbardError):
    """A constraint or a ban leaves no character to write."""


class BusyError(CharbardError):
    """The engine's queue is full."""


class LimitError(CharbardError):
    """A request is larger than the engine allows."""


class StoppedError(CharbardError):
    """The engine or the server is stopping or has stopped."""


class SaveError(CharbardError):
    """A file cannot be written; the previous one is untouched."""


class MissingExtraError(CharbardError):
    """An optional dependency is not installed."""


class RefusedError(CharbardError):
    """The server refuses this request."""


class NotFoundError(RefusedError):
    """There is no resource of this name."""


class OccupiedError(RefusedError):
    """A needed resource is in use by another request."""


class TokenError(RefusedError):
    """The token is missing or wrong."""


class TooLargeError(RefusedError):
    """The request body exceeds the limit."""


class RateError(RefusedError):
    """A client exceeds its request rate."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str = "",
        values: Values = _NO_VALUES,
        retry_after_s: float,
    ) -> None:
        super().__init__(message, hint=hint, code=code, values=values)
        self.retry_after_s = retry_after_s
