"""Clean pasted text: remove markup and notes, and use one sign for each character.

Knows characters and signs, not verse.
"""

import re

__all__ = ["GAP", "MARKS", "PAUSE", "chars_of_line", "is_char", "is_han", "plain_text"]

GAP = "□"
"""Placeholder for a character that is missing or described by its parts; it cannot be judged."""
MARKS = "，。！？；："
"""Marks that end a line."""
PAUSE = "、"
"""Mark of a pause inside a line."""

_WIDE = str.maketrans({**dict(zip(",.!?;:｡．", "，。！？；：。。", strict=True)), "､": PAUSE})
_BREAKS = re.compile(
    r"<\s*(?:br|/p|/div|/li|/tr|/h\d)[^>]*>|\\n|\r\n?|[\u2028\u2029\x0b\x0c\x85]", re.I
)
_TAGS = re.compile(r"<[a-zA-Z/!][^<>]*>")
_SPACES = re.compile(r"&nbsp;|&emsp;|&ensp;|[\t\u00a0\u2000-\u200a\u202f\u205f\ufeff]")
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_OTHER = re.compile(f"[^{_HAN}{GAP}]+")
# Most texts consist of these characters, which no replacement below changes.
_PLAIN = re.compile(f"[{_HAN}{MARKS}{PAUSE}\n]*")
_BRACED = re.compile(rf"[{{｛][^{{}}｛｝\n]*[{_HAN}][^{{}}｛｝\n]*[}}｝]")
# As CBETA writes characters outside its fonts: [金*本], [王+(巨/木)].
_COMPOSED = re.compile(rf"\[[{_HAN}()?]+(?:[*+/@\-][{_HAN}()?]+)+\]")
_NOTE = re.compile(r"（[^（）]*）|\([^()]*\)|\[[^\[\]]*\]|［[^［］]*］|〔[^〔〕]*〕|〖[^〖〗]*〗")
_GAPS = str.maketrans(dict.fromkeys("□囗■▢◻⬜○〇●◯￭�＊*", GAP))
_DESCRIBES = re.compile("[\u2ff0-\u2fff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


def plain_text(text: str) -> str:
    """Reduce a text to rows of characters and marks, removing everything else that web pages add.

    Markup becomes line ends and notes in brackets are removed. A character that is described by its
    parts ({丿尽}, ⿰氵青, [金*本]), is missing (□) or has no code point becomes `GAP`.

    >>> plain_text("床前<br>{丿尽}月，(一作看) ⿰氵青 ok")
    '床前\\n□月， □ ok'
    """
    if _PLAIN.fullmatch(text):
        return text
    text = _TAGS.sub("", _SPACES.sub(" ", _BREAKS.sub("\n", text)))
    text = _COMPOSED.sub(GAP, _BRACED.sub(GAP, _described(text)))
    while (shorter := _NOTE.sub("", text)) != text:
        text = shorter
    return _gaps(_PRIVATE.sub(GAP, text)).translate(_WIDE)


def _gaps(text: str) -> str:
    """Replace signs for a missing character where they adjoin characters or one another."""
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


def _description_end(text: str, start: int) -> int:
    """Return the end of a description that begins here; the next position if none ends."""
    open_parts, at = 1, start
    while open_parts and at < len(text):
        char = text[at]
        open_parts += -1 if not "⿰" <= char <= "⿿" else 2 if char in "⿲⿳" else 1
        at += 1
    return at if not open_parts else start + 1


def chars_of_line(line: str) -> str:
    """Return the characters that count as places of a line: Chinese characters and `GAP`.

    >>> chars_of_line("床前、明月a光")
    '床前明月光'
    """
    return _OTHER.sub("", line)


def is_han(char: str) -> bool:
    """Return whether this is a Chinese character.

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
    """Return whether this counts as a place of a line: a Chinese character or `GAP`."""
    return is_han(char) or char == GAP
