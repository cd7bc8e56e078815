"""Clean pasted text: remove markup and notes, and normalise characters and punctuation.

This module is independent of the rules of verse.
"""

import re

__all__ = ["GAP", "MARKS", "PAUSE", "chars_of_line", "is_char", "is_han", "plain_text"]

GAP = "□"
"""Placeholder for a character that is missing or only described, and so cannot be judged."""
MARKS = "，。！？；："
"""Punctuation marks that end a line."""
PAUSE = "、"
"""Punctuation mark of a pause inside a line."""

_WIDE = str.maketrans({**dict(zip(",.!?;:｡．", "，。！？；：。。", strict=True)), "､": PAUSE})
_BREAKS = re.compile(
    r"<\s*(?:br|/p|/div|/li|/tr|/h\d)[^>]*>|\\n|\r\n?|[\u2028\u2029\x0b\x0c\x85]", re.I
)
_TAGS = re.compile(r"<[a-zA-Z/!][^<>]*>")
_SPACES = re.compile(r"&nbsp;|&emsp;|&ensp;|[\t\u00a0\u2000-\u200a\u202f\u205f\ufeff]")
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_OTHER = re.compile(f"[^{_HAN}{GAP}]+")
# Most texts consist only of these characters, which no replacement below changes.
_PLAIN = re.compile(f"[{_HAN}{MARKS}{PAUSE}\n]*")
_BRACED = re.compile(rf"[{{｛][^{{}}｛｝\n]*[{_HAN}][^{{}}｛｝\n]*[}}｝]")
# Descriptions of characters outside the fonts, as CBETA writes them: [金*本], [王+(巨/木)].
_COMPOSED = re.compile(rf"\[[{_HAN}()?]+(?:[*+/@\-][{_HAN}()?]+)+\]")
_NOTE = re.compile(r"（[^（）]*）|\([^()]*\)|\[[^\[\]]*\]|［[^［］]*］|〔[^〔〕]*〕|〖[^〖〗]*〗")
_GAPS = str.maketrans(dict.fromkeys("□囗■▢◻⬜○〇●◯￭�＊*", GAP))
_DESCRIBES = re.compile("[\u2ff0-\u2fff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


def plain_text(text: str) -> str:
    """Return a text without the markup and notes that web pages add.

    Tags that break a line become line ends; other tags and notes in brackets are removed. A
    character that is described by its parts ({丿尽}, ⿰氵青, [金*本]), is missing (□) or has no
    code point becomes `GAP`.

    >>> plain_text("床前<br>{丿尽}月，(一作看) ⿰氵青 ok")
    '床前\\n□月， □ ok'
    """
    if _PLAIN.fullmatch(text):
        return text
    text = _TAGS.sub("", _SPACES.sub(" ", _BREAKS.sub("\n", text)))
    text = _COMPOSED.sub(GAP, _BRACED.sub(GAP, _described(text)))
    # Notes may be nested, and each pass removes only the innermost ones.
    while (shorter := _NOTE.sub("", text)) != text:
        text = shorter
    return _gaps(_PRIVATE.sub(GAP, text)).translate(_WIDE)


def _gaps(text: str) -> str:
    """Replace signs for a missing character by `GAP` where they adjoin a Chinese character or a
    gap."""
    return re.sub(
        rf"(?<=[{_HAN}{GAP}])[□囗■▢◻⬜○●◯�＊*]+|[□囗■▢◻⬜○●◯�＊*]+(?=[{_HAN}])|□+",
        lambda found: found[0].translate(_GAPS),
        text,
    )


def _described(text: str) -> str:
    """Replace each ideographic description (⿰氵青, ⿱⿰日月皿) by one `GAP`.

    >>> _described("一⿱⿰日月皿二")
    '一□二'
    """
    if not _DESCRIBES.search(text):
        return text
    found, at = [], 0
    while at < len(text):
        end = _description_end(text, at)
        found.append(GAP if end > at + 1 else text[at])
        at = max(end, at + 1)
    return "".join(found)


_OPERANDS = {"⿲": 3, "⿳": 3, "⿾": 1, "⿿": 1}
"""Number of operands of each description operator that does not take two."""


def _description_end(text: str, start: int) -> int:
    """Return the end of the description that begins at `start`, or `start` + 1 if it has no end."""
    # An operator fills one open part and opens as many as it has operands; a component opens none.
    open_parts, at = 1, start
    while open_parts and at < len(text):
        char = text[at]
        open_parts += _OPERANDS.get(char, 2 if "⿰" <= char <= "⿿" else 0) - 1
        at += 1
    return at if not open_parts else start + 1


def chars_of_line(line: str) -> str:
    """Return only the characters that take up places in a line: Chinese characters and `GAP`.

    >>> chars_of_line("床前、明月a光")
    '床前明月光'
    """
    return _OTHER.sub("", line)


def is_han(char: str) -> bool:
    """Return whether a character is Chinese.

    >>> is_han("诗"), is_han("a"), is_han("，")
    (True, False, False)
    """
    return (
        "\u3400" <= char <= "\u9fff"
        or "\uf900" <= char <= "\ufaff"
        or "\U00020000" <= char <= "\U0003ffff"
        or char == "〇"
    )


def is_char(char: str) -> bool:
    """Return whether a character takes up a place in a line: a Chinese character or `GAP`."""
    return is_han(char) or char == GAP
