"""The schema of a verse record, stored as JSON lines. docs/data.md describes every field."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charbard.errors import CorpusError

__all__ = ["KINDS", "SPLITS", "Poem", "from_json", "lines_of", "read_poems", "to_json"]

KINDS = ("诗", "词", "曲", "诗经", "楚辞")
SPLITS = ("train", "validation", "test", "heldout")
_LINE_END = re.compile("[，。]")
_SHAPE = re.compile(
    "(?:[^，。、\\s]+、)*[^，。、\\s]+[，。](?:(?:[^，。、\\s]+、)*[^，。、\\s]+[，。])*"
)
_TEXTS = (
    *("id", "kind", "dynasty", "author", "title", "form", "rhyme", "text", "mended_from", "split"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Poem:
    """A cleaned poem in simplified characters."""

    id: str
    """Location of the poem in its source, as file and index, such as `poet.tang.0/3`."""
    kind: str
    """One of `KINDS`."""
    dynasty: str
    author: str
    """Empty if the source names no author."""
    title: str
    """Empty if the poem has no title."""
    form: str
    """Form by the number and length of lines (五绝, 七律, 杂言 …), or the tune of a 词 or 曲."""
    text: str
    """Every line with its mark, `，` or `。`; in 词 and 曲, `、` is a pause inside a line."""
    rhyme: str = ""
    """The character that is the sign of the main rhyme; empty if the rhyme changes or no rhyme book
    applies."""
    popularity: float | None = None
    """log10(1 + search-engine hits); None if the count is meaningless."""
    tags: tuple[str, ...] = ()
    mended_from: str = ""
    """Id of the same 词 in another source, whose better text this record uses; else empty."""
    cluster: int = 0
    """Index, in the records' order, of the first poem of its cluster."""
    split: str = "train"
    """One of `SPLITS`."""

    def __post_init__(self) -> None:
        if reason := _fault(self):
            raise CorpusError(
                f"record {self.id!r}: {reason}",
                code="verse.record",
                values={"id": self.id, "why": reason},
                hint="the schema is in docs/data.md",
            )

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines without their marks."""
        return lines_of(self.text)


def lines_of(text: str) -> tuple[str, ...]:
    """Split a record's text into lines, without the marks that end them.

    >>> lines_of("床前明月光，疑是地上霜。")
    ('床前明月光', '疑是地上霜')
    >>> lines_of("梦回酒醒，念恨月、愁花。")
    ('梦回酒醒', '念恨月愁花')
    """
    return tuple(line for line in _LINE_END.split(text.replace("、", "")) if line)


def to_json(poem: Poem) -> str:
    """Serialise a poem as one line of JSON, without its empty fields."""
    values: dict[str, Any] = {name: getattr(poem, name) for name in _TEXTS if getattr(poem, name)}
    if poem.popularity is not None:
        values["popularity"] = poem.popularity
    if poem.tags:
        values["tags"] = poem.tags
    values["cluster"] = poem.cluster
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def from_json(line: str) -> Poem:
    """Parse a poem from one line of JSON.

    Raises:
        CorpusError: The line is not a valid record.
    """
    try:
        values = json.loads(line)
        values["tags"] = tuple(values.get("tags", ()))
        return Poem(**{"author": "", "title": "", **values})
    except (json.JSONDecodeError, TypeError, AttributeError) as error:
        raise CorpusError(
            f"not a record of verse: {line[:60]!r} ({error})",
            code="verse.line",
            values={"line": line[:60], "why": str(error)},
            hint="the schema is in docs/data.md",
        ) from None


def read_poems(path: Path) -> Iterator[Poem]:
    """Yield every poem in a file of records, in order.

    Raises:
        CorpusError: The file cannot be read, or a line is not a record.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield from_json(line)
    except OSError as error:
        raise CorpusError(
            f"cannot read {str(path)!r}: {error.strerror}",
            code="verse.unreadable",
            values={"path": str(path), "why": str(error.strerror)},
            hint="charbard corpus build verse",
        ) from None


def _fault(poem: Poem) -> str:
    """Describe the first violation of the schema; return an empty string if there is none."""
    for name in ("id", "kind", "dynasty", "form", "text", "split"):
        if not getattr(poem, name):
            return f"no {name}"
    if poem.kind not in KINDS:
        return f"kind {poem.kind!r} is not one of {', '.join(KINDS)}"
    if poem.split not in SPLITS:
        return f"split {poem.split!r} is not one of {', '.join(SPLITS)}"
    if not _SHAPE.fullmatch(poem.text):
        return f"text {poem.text[:30]!r} is not lines that end in ， or 。"
    return ""
