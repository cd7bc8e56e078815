"""Read npm chinese-poetry 2.0.1 for other scripts: clean poems as lines of characters.

A poem is dropped if it has a gap, a bracket, a private-use character or a Latin letter, or if it
repeats an earlier poem.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import opencc

STOPS = "，。！？；："
_SPLIT = re.compile(f"[{STOPS}]")
_BAD = re.compile(r"[^\u3400-\u9fff，。！？；：、\U00020000-\U0003ffff]")
_UNWRAP = (re.compile(r"（[^）]*）|\([^)]*\)|〖\d+〗"), re.compile(r"\[(.)\]"))


@dataclass(frozen=True)
class Poem:
    """A poem of the source: its lines without punctuation, and the mark after each line."""

    lines: tuple[str, ...]
    marks: tuple[str, ...]
    title: str
    author: str

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(map(len, self.lines))


def poems(folder: Path, corpus: str, *, unwrap: bool = False) -> Iterator[Poem]:
    """Yield clean poems of `tang`, `song` or `ci`, in the order of the files, without duplicates.

    Args:
        unwrap: Whether to remove bracketed notes first, so that fewer poems are dropped.
    """
    seen = set()
    for path in _files(folder, corpus):
        for row in json.loads(path.read_text(encoding="utf-8")):
            text = "".join(row["paragraphs"])
            if unwrap:
                text = _UNWRAP[1].sub(r"\1", _UNWRAP[0].sub("", text))
            if not text or _BAD.search(text) or text in seen:
                continue
            seen.add(text)
            title = row.get("title") or row.get("rhythmic") or ""
            lines = [line.replace("、", "") for line in _SPLIT.split(text) if line]
            marks = [mark for mark in text if mark in STOPS]
            if len(lines) == len(marks):
                yield Poem(tuple(lines), tuple(marks), title, row.get("author") or "")


def _files(folder: Path, corpus: str) -> list[Path]:
    where, start = {
        "tang": ("quantangshi", "poet.tang."),
        "song": ("quantangshi", "poet.song."),
        "ci": ("songci", "ci.song."),
    }[corpus]
    found = (folder / "package" / "dist" / where).glob(f"{start}*.json")
    numbered = [path for path in found if path.stem.rpartition(".")[2].isdigit()]
    return sorted(numbered, key=lambda path: int(path.stem.rpartition(".")[2]))


@cache
def _t2s() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Simplify a line; a character stays if its simplified form is not in the basic plane."""
    found = _t2s().convert(text)
    return "".join(new if new <= "\uffff" else old for new, old in zip(found, text, strict=True))
