"""Records that do not have their format's shape: how many, and when they are too many."""

from dataclasses import dataclass

from charbard.errors import CorpusError

__all__ = ["Misshapen"]

_ENOUGH_TO_JUDGE = 1000
"""Records without a shape, of which so many tell that the format is another one."""


@dataclass
class Misshapen:
    """Counts records that do not have the format's shape, while the others are read."""

    count: int = 0
    first: CorpusError | None = None
    shaped: int = 0

    def add(self, error: CorpusError) -> None:
        """Count one that has not.

        Raises:
            CorpusError: There are enough to tell that this is no text of the format.
        """
        self.count += 1
        self.first = self.first or error
        if self.count >= _ENOUGH_TO_JUDGE:
            self.judge()

    def judge(self) -> None:
        """Pass if most records have the shape; a text of another format has few that do.

        Raises:
            CorpusError: The first that has not.
        """
        if self.first is not None and self.count > self.shaped:
            raise self.first

    def __str__(self) -> str:
        """What to tell the user; empty if there are none."""
        if self.first is None:
            return ""
        return (
            f"{self.count} of {self.count + self.shaped} records do not have the format's shape and"
            f" are left out; the first: {self.first.message}"
        )
