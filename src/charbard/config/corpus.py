"""How a text is read. Part of what names the cached encoding, so a change makes a new one."""

from dataclasses import dataclass

from charbard.config.declare import check, setting
from charbard.errors import OptionError

__all__ = ["FORMATS", "CorpusConfig"]

FORMATS = ("text", "lines", "titled", "songs", "json", "jsonl", "csv")


@dataclass(frozen=True, kw_only=True)
class CorpusConfig:
    """Reading, filtering and splitting of a text."""

    format: str = setting(
        "text",
        "text: one running text. One record a line: lines, titled (title:content), songs "
        "(phrases parted by spaces), jsonl. Whole file: json, csv.",
        choices=FORMATS,
    )
    encoding: str | None = setting(None, "Encoding of the files; none: detect it.")
    text_field: str = setting("text", "Field or column that holds a record's text.")
    fields: tuple[str, ...] = setting(
        (), "Fields or columns given to the model before the text (form, title …)."
    )
    split_field: str | None = setting(
        None,
        "Field or column that says train, validation or test, instead of a split by near-copies; "
        "records where it says anything else are left out.",
    )
    drop_containing: str = setting("", "Leave out records that contain any of these characters.")
    min_length: int = setting(1, "Leave out shorter records, in characters.", minimum=1)
    max_length: int | None = setting(None, "Leave out longer records, in characters.", minimum=1)
    min_count: int = setting(
        1, "Characters seen less often become the unknown one, which is never written.", minimum=1
    )
    validation: float = setting(0.1, "Share kept for validation.", minimum=0.0, maximum=0.5)
    test: float = setting(0.0, "Share kept for a test.", minimum=0.0, maximum=0.5)

    def __post_init__(self) -> None:
        check(self)
        if self.fields and not self.has_records:
            raise OptionError(
                "a running text has no fields to condition on",
                hint="use --format titled, json, jsonl or csv",
            )
        if self.split_field is not None and self.format not in ("json", "jsonl", "csv"):
            raise OptionError(
                f"format {self.format!r} has no field {self.split_field!r} to split by",
                hint="use --format json, jsonl or csv",
            )

    @property
    def has_records(self) -> bool:
        """Whether the text comes in records, each with a start and an end."""
        return self.format != "text"
