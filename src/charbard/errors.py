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
"""

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
    "StoppedError",
    "TokenError",
    "TooLargeError",
    "TrainingError",
]


class CharbardError(Exception):
    """Shown to the user as `message` plus `hint`, never as a traceback."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


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
