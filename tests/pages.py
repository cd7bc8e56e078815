"""Parse the documentation's pages: code blocks, links, anchors and shell commands."""

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
    """A fenced code block of a page."""

    kind: str
    """Word after the opening fence: python, sh, output (of the block before) or another."""
    runs: bool
    """False if the fence says `norun`: the block needs minutes, a network or several machines."""
    code: str
    line: int
    """1-based line number, within the page, of the first line of code."""


def blocks_of(page: Path) -> list[Block]:
    """Return all fenced blocks of a page, in order."""
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
    """Return the targets of a page's links, except links to other sites."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found = [first or second for first, second in _LINK.findall(text)]
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


def anchors_of(page: Path) -> set[str]:
    """Return a page's anchors: its headings in the form that links use after #."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }


def commands_of(code: str) -> Iterator[list[str]]:
    """Yield each command of a shell block as words, without leading assignments or redirections."""
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
    """Join a block into one line: line ends become semicolons, and comments are dropped."""
    lines = code.replace("\\\n", " ").splitlines()
    return " ; ".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
