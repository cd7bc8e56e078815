"""Settings for reading a text; they are part of the cache key of the encoded text."""

from dataclasses import dataclass

from charbard.config.declare import check, setting
from charbard.errors import OptionError

__all__ = ["FORMATS", "WITH_FIELDS", "CorpusConfig"]

FORMATS = ("text", "lines", "titled", "songs", "json", "jsonl", "csv")
WITH_FIELDS = ("titled", "json", "jsonl", "csv")
"""Formats whose records can have fields in addition to their text."""


@dataclass(frozen=True, kw_only=True)
class CorpusConfig:
    """Settings for reading, filtering and splitting a text."""

    format: str = setting(
        "text",
        "text: one running text. One record a line: lines, titled (title:content), songs "
        "(phrases parted by spaces), jsonl. Whole file: json, csv.",
        choices=FORMATS,
    )
    encoding: str | None = setting(None, "Encoding of the files; none: detect it.")
    bad_bytes: str = setting(
        "replace",
        "What to do with bytes that do not belong to the encoding: replace them and say where they"
        " stand, or refuse the file.",
        choices=("replace", "refuse"),
    )
    text_field: str = setting("text", "Field or column that holds a record's text.")
    fields: tuple[str, ...] = setting(
        (), "Fields or columns given to the model before the text (form, title …)."
    )
    delimiter: str | None = setting(
        None, "What parts the cells of csv: , ; tab or another character; none: detect it."
    )
    split_field: str | None = setting(
        None,
        "Field or column that says train, validation or test, instead of a split by near-copies; "
        "records where it says anything else are left out.",
    )
    exclude_lines: str | None = setting(
        None,
        "File of line digests (see docs/data.md): records that share a line with it are left out.",
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
        if len(set(self.fields)) != len(self.fields) or "" in self.fields:
            raise OptionError(
                f"fields names one twice, or an empty one: {', '.join(map(repr, self.fields))}",
                code="fields.twice",
                values={"fields": self.fields},
                hint="for example: ⟪fields=form,title⟫",
            )
        if (
            self.delimiter is not None
            and (self.format != "csv" or len(self.delimiter.replace("\\t", "\t")) != 1)
            and (self.format != "csv" or self.delimiter not in ("tab", "comma", "semicolon"))
        ):
            raise OptionError(
                f"delimiter {self.delimiter!r} does not part the cells of format {self.format}",
                code="delimiter.useless",
                values={"delimiter": self.delimiter, "format": self.format},
                hint="it is one character, or tab, for ⟪format=csv⟫",
            )
        if self.fields and self.format not in WITH_FIELDS:
            raise OptionError(
                f"format {self.format} has no fields to condition on",
                code="format.fieldless",
                values={"format": self.format, "known": WITH_FIELDS},
                hint=f"⟪format⟫ may be {', '.join(WITH_FIELDS[:-1])} or {WITH_FIELDS[-1]}",
            )
        if self.format == "titled" and set(self.fields) - {"title"}:
            raise OptionError(
                f"format titled has no field {sorted(set(self.fields) - {'title'})[0]!r}",
                code="format.titled",
                values={"field": sorted(set(self.fields) - {"title"})[0]},
                hint="its only field is title; others are in ⟪format=json⟫, jsonl or csv",
            )
        if self.exclude_lines is not None and not self.has_records:
            raise OptionError(
                "a running text has no records to leave out",
                code="format.running",
                hint="⟪format⟫ may be lines, titled, songs, json, jsonl or csv",
            )
        if self.split_field is not None and self.format not in ("json", "jsonl", "csv"):
            raise OptionError(
                f"format {self.format!r} has no field {self.split_field!r} to split by",
                code="format.unsplit",
                values={"format": self.format, "field": self.split_field},
                hint="⟪format⟫ may be json, jsonl or csv",
            )

    @property
    def has_records(self) -> bool:
        """Whether the text consists of records, each with a start and an end."""
        return self.format != "text"
