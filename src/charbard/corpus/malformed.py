"""Count malformed records, and fail when there are too many."""

from dataclasses import dataclass

from charbard.errors import CorpusError, Note

__all__ = ["MalformedCount"]

_ENOUGH_TO_JUDGE = 1000
"""Number of malformed records from which `add` checks whether the text has another format."""


@dataclass
class MalformedCount:
    """Counts records that do not match the format."""

    count: int = 0
    first: CorpusError | None = None
    shaped: int = 0

    def add(self, error: CorpusError) -> None:
        """Count a malformed record.

        Raises:
            CorpusError: So many records are malformed that the text must have another format.
        """
        self.count += 1
        self.first = self.first or error
        if self.count >= _ENOUGH_TO_JUDGE:
            self.judge()

    def judge(self) -> None:
        """Raise if most records are malformed, because then the text has another format.

        Raises:
            CorpusError: The error of the first malformed record.
        """
        if self.first is not None and self.count > self.shaped:
            raise self.first

    def note(self) -> Note:
        """Return the note for the user, if any record is malformed."""
        assert self.first is not None
        first = Note(self.first.message, self.first.code, self.first.values)
        records = self.count + self.shaped
        return Note(
            f"{self.count} of {records} records do not have the format's shape and are left out;"
            f" the first: {first}",
            "records.misshapen",
            {"count": self.count, "records": records, "first": first},
        )
