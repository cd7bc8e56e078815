"""Read raw poems from the files of snowtraces/poetry-source, in a fixed order.

This module handles the folders and keys of the repository, but does no cleaning. It reads what
complements chinese-poetry: the 诗 of the dynasties before Tang and after Song, all 词 and all 曲.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charbard.corpora.archive import content_digest, members
from charbard.corpora.sources import POETRY_SOURCE
from charbard.corpora.verse.gather import RawPoem
from charbard.errors import CorpusError

__all__ = ["PoetrySource", "file_name", "gather_second"]

_BEFORE_TANG = ("秦", "汉", "三国", "晋", "南北朝", "隋")
_DYNASTIES = {
    "诗": (*_BEFORE_TANG, "金", "元", "明", "清"),
    "词": ("南北朝", "隋", "唐", "五代十国", "宋", "金", "元", "明", "清"),
    "曲": ("南北朝", "宋", "金", "元", "明", "清"),
}
"""Kind -> the dynasties that are read, oldest first. chinese-poetry already has the 诗 of Tang and
Song."""
_RECORD_NAMES = {"五代十国": "五代"}
"""Name of a dynasty in the repository -> its name in records, if different."""
_FILE = re.compile(r"(?:.*/)?([诗词曲])/([^/]+)/((?:poetry|ci|qu)\.\2\.\d{4})\.json")


@dataclass(frozen=True)
class PoetrySource:
    """The files read from the repository, already verified against their pinned digest."""

    contents: Mapping[str, bytes]
    """Name of a file (`诗/明/poetry.明.0012`) -> its content, in reading order."""

    def poems(self, *, kind: str = "") -> Iterator[RawPoem]:
        """Yield all poems, or all poems of one kind; titles are not yet split, and tunes are empty.

        Raises:
            CorpusError: A file is malformed.
        """
        for name in self.contents:
            its_kind, dynasty, stem = name.split("/")
            if kind not in ("", its_kind):
                continue
            for place, entry in enumerate(self._entries(name)):
                yield RawPoem(
                    id=f"{stem}/{place}",
                    kind=its_kind,
                    dynasty=_RECORD_NAMES.get(dynasty, dynasty),
                    author=entry.get("authorName") or "",
                    title=(entry.get("title") or "").strip(),
                    tune="",
                    paragraphs=tuple(filter(None, (p.strip() for p in entry["content"]))),
                    tags=(),
                )

    def _entries(self, name: str) -> list[dict[str, Any]]:
        try:
            entries: list[dict[str, Any]] = json.loads(self.contents[name])
        except ValueError as error:
            raise CorpusError(
                f"poetry-source's {name}.json is not JSON: {error}",
                code="source.json",
                values={"path": f"{name}.json", "why": str(error)},
            ) from None
        return entries


def gather_second(path: Path) -> PoetrySource:
    """Read a clone of the repository, or a folder or an archive with its folder `source`.

    Raises:
        CorpusError: The source is damaged, incomplete, another repository or another commit.
    """
    found = {
        file_name(name): content.replace(b"\r\n", b"\n")  # as git checks out on Windows
        for name, content in members(path, lambda name: bool(file_name(name)))
    }
    if not found:
        raise CorpusError(
            f"{str(path)!r} is not poetry-source: no 诗/明/poetry.明.0000.json",
            code="source.second",
            values={"path": str(path)},
            hint="give a clone of it, or the folder or archive that holds its source/",
        )
    digest = content_digest(found)
    if digest != POETRY_SOURCE.sha256:
        commit = POETRY_SOURCE.version
        raise CorpusError(
            f"{str(path)!r} is not poetry-source at commit {commit[:12]}: {len(found)} of"
            f" {POETRY_SOURCE.files} files with digest {digest[:16]}…,"
            f" not {POETRY_SOURCE.sha256[:16]}…",
            code="source.second.version",
            values={
                "path": str(path),
                "commit": commit,
                "found": len(found),
                "files": POETRY_SOURCE.files,
            },
            hint="it is another commit, or was not unpacked whole; in a clone: git checkout"
            f" {commit}",
        )
    return PoetrySource(dict(sorted(found.items(), key=lambda item: _order(item[0]))))


def file_name(path: str) -> str:
    """Return the name under which a file is read; empty if the file is not read.

    >>> file_name("poetry-source-17c276b/source/诗/明/poetry.明.0012.json")
    '诗/明/poetry.明.0012'
    >>> file_name("source/诗/宋/poetry.宋.0000.json")
    ''
    """
    match = _FILE.fullmatch(path)
    if match is None or match[2] not in _DYNASTIES[match[1]]:
        return ""
    return "/".join(match.groups())


def _order(name: str) -> tuple[int, int, str]:
    kind, dynasty, stem = name.split("/")
    return [*_DYNASTIES].index(kind), _DYNASTIES[kind].index(dynasty), stem
