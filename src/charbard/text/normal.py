"""Normalise characters and line ends, find variants of a character, and split text into
graphemes."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import opencc

__all__ = ["DROPPED", "graphemes", "normalise", "variants"]

DROPPED = {0x00: None, 0xFEFF: None}
"""Translation table that deletes NUL and the byte-order mark, wherever they occur."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    r"""Return the text in NFC, with line feeds as line ends, without NUL or U+FEFF.

    A surrogate pair, which JSON may contain, becomes its character. A lone surrogate, which no
    encoding can represent, becomes the replacement character.

    >>> normalise("e\u0301\r\nx\r\ufeff\x00")
    'é\nx\n'
    >>> normalise("\ud83e\udd89\ud83e") == "\U0001f989\ufffd"
    True
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = text.translate(DROPPED) if "\x00" in text or "\ufeff" in text else text
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def graphemes(text: str) -> list[str]:
    r"""Split a text into characters as a reader sees them: a flag or an emoji family is one.

    >>> graphemes("a🇩🇪👨\u200d👩\u200d👧")
    ['a', '🇩🇪', '👨\u200d👩\u200d👧']
    """
    import regex

    found: list[str] = regex.findall(r"\X", text)
    return found


def variants(char: str) -> Iterator[str]:
    """Yield other ways to write a character, nearest first.

    The order is: width and compatibility forms, script, case, and the letter without its accents.

    >>> list(variants("Ａ"))
    ['A', 'a', 'ａ']
    >>> next(variants("馬"))
    '马'
    """
    seen = {char}
    candidates = [unicodedata.normalize("NFKC", char), _full_width(char)]
    candidates += [_converter(scheme).convert(char) for scheme in ("t2s", "s2t", "t2tw", "jp2t")]
    candidates += [form for known in tuple(candidates) for form in (known.lower(), known.upper())]
    parts = unicodedata.normalize("NFD", char)
    if all(map(unicodedata.combining, parts[1:])):
        candidates += [parts[0], parts[0].lower()]
    for candidate in candidates:
        if len(candidate) == 1 and candidate not in seen:
            seen.add(candidate)
            yield candidate


def _full_width(char: str) -> str:
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


@cache
def _converter(scheme: str) -> "opencc.OpenCC":
    import opencc

    return opencc.OpenCC(scheme)
