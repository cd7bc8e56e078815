"""Everything that can go wrong and that a user can mend.

    CharbardError
    ├── OptionError        an option is unknown, out of range, or contradicts another
    ├── ConflictError      what is asked of a poem cannot all be had; names what conflicts
    ├── CorpusError        a text cannot be read, or holds nothing to learn from
    ├── BundleError        a model file is missing, truncated, altered or of another version
    ├── CheckpointError    a training cannot be resumed from this file
    ├── TrainingError      a training cannot go on (it diverged, or its budget is too short)
    ├── DeadEndError       no character may be written: a constraint or a ban left none
    ├── BusyError          the engine's queue is full; try again in a moment
    ├── LimitError         a request is larger than the engine allows
    ├── StoppedError       the engine was stopped while a text was waiting or being written
    ├── SaveError          a file cannot be written; what stood there before is untouched
    ├── MissingExtraError  an optional part of charbard is not installed
    └── RefusedError       a server does not take this request, or not now
        ├── NotFoundError      nothing here has this name
        ├── OccupiedError      what it needs is in use by another one
        ├── TokenError         the token is missing or wrong
        ├── TooLargeError      the body is larger than is taken
        └── RateError          one client asks too often

Messages have one shape: what is wrong, with the value. The hint says what is allowed and what to
type next. The command line and the web each translate this tree once.

A setting is named in a message as ⟪name⟫ or ⟪name=value⟫, and each door spells it in its own words:
⟪min_count=2⟫ is `--min-count 2` in the terminal, `min_count=2` in Python and over HTTP.
"""

import re
from collections.abc import Callable
from typing import Self

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
    "in_python",
    "spelled",
]

Spell = Callable[[str, str | None], str | None]
"""A setting's name and value, if one is named, in the words of a door; None where it has none."""
_SETTING = re.compile("⟪(\\w+)(?:=([^⟪⟫]*))?⟫")
_OFFER = re.compile(" \\([^()⟪⟫]*⟪[^()]*⟫[^()⟪⟫]*\\)")
_NUMBER = re.compile("-?[0-9.]+(e-?[0-9]+)?")


def spelled(text: str, spell: Spell) -> str:
    """Spell the settings in a message; one in brackets is offered only where it exists.

    >>> spelled("read as big5 (another: ⟪encoding⟫); too few: ⟪min_count⟫", lambda *_: None)
    'read as big5; too few: min_count'
    """

    def offered(found: re.Match[str]) -> str:
        exist = [spell(*one.groups()) is not None for one in _SETTING.finditer(found[0])]
        return found[0] if all(exist) else ""

    return _SETTING.sub(lambda one: spell(*one.groups()) or one[1], _OFFER.sub(offered, text))


def in_python(name: str, value: str | None) -> str:
    """A setting as an argument.

    >>> spelled("give ⟪encoding=big5⟫ and ⟪fields=form,title⟫", in_python)
    "give encoding='big5' and fields=('form', 'title')"
    """
    if value is None:
        return name
    parts = tuple(value.split(","))
    return f"{name}={value if _NUMBER.fullmatch(value) else repr(parts if parts[1:] else value)}"


class CharbardError(Exception):
    """Shown to the user as `message` plus `hint`, never as a traceback.

    As a string it is in Python's words; a Python traceback shows the hint, too.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self._hint = hint
        if hint:
            self.add_note(f"Hint: {self.hint}")

    def __str__(self) -> str:
        return self.said(in_python)[0]

    @property
    def hint(self) -> str:
        """What is allowed, and what to do next."""
        return self.said(in_python)[1]

    @property
    def message(self) -> str:
        """What is wrong, with its settings as no door spells them: to be part of a message."""
        return str(self.args[0])

    def said(self, spell: Spell) -> tuple[str, str]:
        """Message and hint in the words of a door."""
        return spelled(self.message, spell), spelled(self._hint, spell)


class OptionError(CharbardError):
    """An option is unknown, out of range, or contradicts another."""


class ConflictError(CharbardError):
    """What is asked of a poem cannot all be had."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        conflicts: tuple[str, ...] = (),
        nearby: object = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.conflicts = conflicts
        """Parts of the request that cannot be had together; without any of them, the rest can."""
        self.nearby = nearby
        """The nearest request that can be met, if there is one."""


class CorpusError(CharbardError):
    """A text cannot be read, or holds nothing to learn from."""

    def at(self, place: str) -> Self:
        """The same error, with the place where it is."""
        return type(self)(f"{place}: {self.message}", hint=self._hint)


class BundleError(CharbardError):
    """A model file is missing, truncated, altered or of another version."""


class CheckpointError(CharbardError):
    """A training cannot be resumed from this file."""


class TrainingError(CharbardError):
    """A training cannot go on."""


class DeadEndError(CharbardError):
    """No character may be written: a constraint or a ban left none."""


class BusyError(CharbardError):
    """The engine's queue is full."""


class LimitError(CharbardError):
    """A request is larger than the engine allows."""


class StoppedError(CharbardError):
    """The engine was stopped while a text was waiting or being written."""


class SaveError(CharbardError):
    """A file cannot be written; what stood there before is untouched."""


class MissingExtraError(CharbardError):
    """An optional part of charbard is not installed."""


class RefusedError(CharbardError):
    """A server does not take this request, or not now."""


class NotFoundError(RefusedError):
    """Nothing here has this name."""


class OccupiedError(RefusedError):
    """What a request needs is in use by another one."""


class TokenError(RefusedError):
    """The token is missing or wrong."""


class TooLargeError(RefusedError):
    """The body is larger than is taken."""


class RateError(RefusedError):
    """One client asks too often."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s
