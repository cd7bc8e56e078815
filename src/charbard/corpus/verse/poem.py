"""One poem as a record, and the JSON lines it is kept in. docs/data.md describes every field."""

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
    """Where it stands in its source: file and place, such as `poet.tang.0/3`."""
    kind: str
    """One of `KINDS`."""
    dynasty: str
    author: str
    """Empty if the source names nobody."""
    title: str
    """Empty if it has none."""
    form: str
    """By shape (五绝, 七律, 杂言 …), or the tune of a 词 or 曲."""
    text: str
    """Every line with its mark, `，` or `。`; in 词 and 曲 `、` is a pause inside a line."""
    rhyme: str = ""
    """Sign of the rhyme that runs through it; empty if it changes, or has no book to go by."""
    popularity: float | None = None
    """log10 of one more than the hits a search engine gave; None where that says nothing."""
    tags: tuple[str, ...] = ()
    mended_from: str = ""
    """The id, in another source, of the same 词 in a better text, which is this record's."""
    cluster: int = 0
    """Number, in the records' order, of the first near-copy."""
    split: str = "train"
    """One of `SPLITS`."""

    def __post_init__(self) -> None:
        if reason := _fault(self):
            raise CorpusError(f"record {self.id!r}: {reason}", hint="the schema is in docs/data.md")

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines without their marks."""
        return lines_of(self.text)


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a record's text, without the marks that end them.

    >>> lines_of("床前明月光，疑是地上霜。")
    ('床前明月光', '疑是地上霜')
    >>> lines_of("梦回酒醒，念恨月、愁花。")
    ('梦回酒醒', '念恨月愁花')
    """
    return tuple(line for line in _LINE_END.split(text.replace("、", "")) if line)


def to_json(poem: Poem) -> str:
    """One line of JSON; what is unknown is left out."""
    values: dict[str, Any] = {name: getattr(poem, name) for name in _TEXTS if getattr(poem, name)}
    if poem.popularity is not None:
        values["popularity"] = poem.popularity
    if poem.tags:
        values["tags"] = poem.tags
    values["cluster"] = poem.cluster
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def from_json(line: str) -> Poem:
    """The poem of one line of JSON.

    Raises:
        CorpusError: It is not a record of the schema.
    """
    try:
        values = json.loads(line)
        values["tags"] = tuple(values.get("tags", ()))
        return Poem(**{"author": "", "title": "", **values})
    except (json.JSONDecodeError, TypeError, AttributeError) as error:
        raise CorpusError(
            f"not a record of verse: {line[:60]!r} ({error})", hint="the schema is in docs/data.md"
        ) from None


def read_poems(path: Path) -> Iterator[Poem]:
    """Every poem of a records file, in order.

    Raises:
        CorpusError: The file cannot be read, or a line is not a record.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield from_json(line)
    except OSError as error:
        raise CorpusError(
            f"cannot read {str(path)!r}: {error.strerror}", hint="charbard corpus build verse"
        ) from None


def _fault(poem: Poem) -> str:
    """What breaks the schema; empty if nothing does."""
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
