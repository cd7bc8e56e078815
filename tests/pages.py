"""Parses the documentation pages into blocks, links, headings and commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """The text between two fences."""

    kind: str
    """The word after the fence: python, sh, output (of the block before), or any other."""
    runs: bool
    """False if the fence says `norun`: it takes minutes, a network or several machines."""
    code: str
    line: int
    """Line of the page that its first line is."""


def blocks_of(page: Path) -> list[Block]:
    """Every fenced block, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            match[1],
            "norun" not in match[2].split(),
            match[3],
            text.count("\n", 0, match.start()) + 2,
        )
        for match in _FENCE.finditer(text)
    ]


def links_of(page: Path) -> list[str]:
    """The targets of a page's links, other sites left out."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found = [first or second for first, second in _LINK.findall(text)]
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page: each heading as a link spells it after #."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }


def commands_of(code: str) -> Iterator[list[str]]:
    """Each command of a shell block as words, without leading variables and redirections."""
    lexer = shlex.shlex(_joined(code), posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    words: list[str] = []
    skip = False
    for word in [*lexer, ";"]:
        if set(word) <= set("();|&"):
            if words:
                yield words
            words = []
        elif set(word) <= set("<>"):
            skip = True
        elif skip:
            skip = False
        elif words or not re.match(r"\w+=", word):
            words.append(word)


def _joined(code: str) -> str:
    """The block on one line: line ends become semicolons, comments are dropped."""
    lines = code.replace("\\\n", " ").splitlines()
    return " ; ".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
