"""Read the 词 and 曲 of a built verse corpus, grouped by tune, for other scripts.

In the corpus, 。 ends a rhyming line and ， ends any other line; 、 divides a line but does not
end it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from cipu import plain

STOPS = "，。！？；："
_LINE = re.compile(rf"([^{STOPS}]+)([{STOPS}])")
_CHAR = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Poem:
    """A poem: its lines without punctuation, and the mark after each line, ， or 。."""

    name: str
    """Name of the tune, as in the corpus."""
    kind: str
    lines: tuple[str, ...]
    marks: tuple[str, ...]
    author: str
    is_canon: bool
    """Whether the poem is one of 宋词三百首."""

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(map(len, self.lines))

    @property
    def cuts(self) -> tuple[int, ...]:
        """For each 。, the number of characters from the beginning of the poem up to it."""
        ends = accumulate(self.lengths)
        return tuple(end for end, mark in zip(ends, self.marks, strict=True) if mark == "。")


def poems_by_tune(path: Path, names: Mapping[str, str]) -> dict[str, list[Poem]]:
    """Return all complete 词 and 曲, grouped by tune; `names` maps the corpus's names to tunes."""
    found: dict[str, list[Poem]] = defaultdict(list)
    with path.open(encoding="utf-8") as rows:
        for row in rows:
            record = json.loads(row)
            if record["kind"] not in ("词", "曲"):
                continue
            name = plain(record["form"])
            if (poem := poem_of(name, record)) is not None:
                found[names.get(name, name)].append(poem)
    return found


def poem_of(name: str, record: dict[str, Any]) -> Poem | None:
    """Parse a record's poem; return None if it has no lines or does not end with a sentence."""
    lines, marks = [], []
    for line, mark in _LINE.findall(record["text"]):
        lines.append("".join(_CHAR.findall(line)))
        marks.append("，" if mark in "，；：" else "。")
    if not lines or not all(lines) or marks[-1] != "。":
        return None
    tags = record.get("tags") or []
    return Poem(
        name,
        record["kind"],
        tuple(lines),
        tuple(marks),
        plain(record.get("author") or ""),
        "宋词三百首" in tags,
    )
