"""Test whether a file makes sense in an encoding: its bytes must be valid, and its characters
plausible.

Most bytes are valid in most encodings, so regularities of written language must distinguish them:
common characters, one script per word, capitals only at the start of words.
"""

import re
from typing import BinaryIO

import regex

from charbard.text.decode import FEW_CONTROLS, Flaws, decoded, flaws_of

__all__ = ["TWO_BYTES", "common_share", "fits", "is_western"]

TWO_BYTES = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_BAD_SHARE = 100
"""Minimum number of characters beyond ASCII for each invalid byte; with fewer, the file is in
another encoding."""
_ENOUGH_TO_JUDGE = 10_000
_NOT_PLAIN = re.compile("[^\t\n\f\r -~]")
_HANGUL = re.compile("[\u1100-\u11ff\u3000-\u303f\u3131-\u318e\uac00-\ud7a3]")
_FEWEST, _MOSTLY = 4, 0.75
"""Minimum number of characters beyond ASCII to judge by, and the share of them that must be Hangul
in Korean, common characters in Chinese and Japanese, or letters of the expected script elsewhere.
Chance gives a third."""
_SPACED = 0.01
"""Minimum share of white space in UTF-16; in the wrong byte order there is none."""
_LEVEL_1 = {"gb2312": range(0xB0, 0xD8), "big5": range(0xA4, 0xC7), "cp932": range(0x88, 0x98)}
"""National standard -> first bytes of its common characters; in all about 7,000 characters."""
_SCRIPTS = {
    "cp125[02478]|iso8859-([1-4]|9|1[03-6])": "Latin",
    "cp1251|iso8859-5|koi8-.|cp866": "Cyrillic",
    "cp1253|iso8859-7": "Greek",
    "cp1255|iso8859-8": "Hebrew",
    "cp1256|iso8859-6": "Arabic",
    "cp874|tis-620": "Thai",
}
"""Pattern of single-byte encodings -> the script of their letters beyond ASCII."""
_LEAST = 0.1
"""Weight below which chardet only guesses; even a few words of a non-Latin script score higher."""
_MARKS = "\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac\xa0-\xbf"
_ODD = regex.compile(
    r"\p{Ll}\p{Lu}|[\x80-\x9f]|[A-Za-z](?!\p{Latin})\p{L}|(?!\p{Latin})\p{L}[A-Za-z]"
    r"|[^\x00-\x7f]{4}(?<=\p{Latin}{4})"
)
_RARELY = 0.1
"""Maximum share of sequences that no language writes (`_ODD`): a capital after a small letter,
control codes, two scripts in one word, four accented letters in a row."""
_WESTERN = re.compile(f"[{_MARKS}\u0152\u0153\xc0-\xff]")
_ACCENTS_ONLY = re.compile("[^\x00-\x7f]{4}")
_MOSTLY_PLAIN = 5
"""Minimum number of characters in a Western text for each character beyond ASCII."""


def fits(file: BinaryIO, encoding: str, weight: float) -> bool:
    """Return whether almost every byte is valid in an encoding and the decoded text is plausible.

    Args:
        file: The file, which is read to its end.
        encoding: An encoding that Python knows.
        weight: chardet's confidence in the encoding, 0 to 1.
    """
    flaws = flaws_of(file, encoding)
    # Invalid bytes are compared with the characters beyond ASCII, because ASCII is valid in nearly
    # every encoding.
    if flaws.bad * _BAD_SHARE > flaws.foreign:
        return False
    text = _beginning(file, encoding)
    foreign = len(_NOT_PLAIN.findall(text))
    if encoding in TWO_BYTES and foreign < _FEWEST:
        return False
    if encoding == "cp949":
        return len(_HANGUL.findall(text)) >= _MOSTLY * foreign
    if encoding in TWO_BYTES:
        return common_share(file, encoding)[0] >= _MOSTLY
    if encoding.startswith("utf-16"):
        is_spaced = sum(map(str.isspace, text)) >= _SPACED * foreign
        # `detect_encoding` has already tried UTF-16 in Chinese and Japanese.
        scripts = {"Hangul", *_SCRIPTS.values()}
        return is_spaced and any(_is_written_in(one, text) for one in scripts)
    script = next((one for names, one in _SCRIPTS.items() if re.fullmatch(names, encoding)), None)
    if script is None:
        return True
    return (script == "Latin" or weight >= _LEAST) and _is_written_in(script, text)


def _is_written_in(script: str, text: str) -> bool:
    """Return whether the non-ASCII characters are of this script and form plausible words."""
    foreign = len(_NOT_PLAIN.findall(text))
    own = regex.findall(rf"(?![\x00-\x7f])[\p{{{script}}}{_MARKS}]", text)
    return len(own) >= _MOSTLY * foreign and len(_ODD.findall(text)) <= _RARELY * foreign


def _beginning(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    return next(decoded(file, encoding, Flaws()), "")


def common_share(file: BinaryIO, encoding: str) -> tuple[float, int]:
    """Return (share of common Chinese and Japanese characters among a file's characters beyond
    ASCII, number of characters beyond ASCII that were read).

    Args:
        file: The file, which is read only as far as needed.
        encoding: Encoding in which the file is decoded.
    """
    file.seek(0)
    seen = common = 0
    for block in decoded(file, encoding, Flaws()):
        foreign = _NOT_PLAIN.findall(block)
        seen += len(foreign)
        common += sum(map(_is_common, foreign))
        if seen >= _ENOUGH_TO_JUDGE:
            break
    return common / max(1, seen), seen


def _is_common(char: str) -> bool:
    """Return whether a character is East Asian punctuation, kana, or a character of the first level
    of GB 2312, Big5 or JIS."""
    if "\u3000" <= char <= "\u30ff" or "\uff00" <= char <= "\uffef":
        return True
    codes = ((char.encode(standard, "ignore"), first) for standard, first in _LEVEL_1.items())
    return any(len(code) == 2 and code[0] in first for code, first in codes)


def is_western(file: BinaryIO) -> bool:
    """Return whether a file is ASCII with a few accents or quotation marks, too few for
    statistics."""
    flaws = flaws_of(file, "cp1252")
    if flaws.bad or flaws.controls > FEW_CONTROLS or flaws.foreign * _MOSTLY_PLAIN > flaws.chars:
        return False
    text = _beginning(file, "cp1252")
    are_accents = len(_WESTERN.findall(text)) == len(_NOT_PLAIN.findall(text))
    return are_accents and not _ACCENTS_ONLY.search(text)
