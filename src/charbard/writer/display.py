"""How a line is read aloud today. For readers only: rhyme and tone of verse come from its books."""

from itertools import groupby
from unicodedata import combining, normalize

from charbard.prosody.poem import is_han

__all__ = ["pinyin_of"]

_IN_VERSE = {"着": "zhuó", "的": "dì", "么": "mó"}
"""The first of their full readings is rare in verse."""


def pinyin_of(line: str) -> list[str]:
    """Today's reading of each character with tone marks; of several, the usual one here.

    Verse and names are read in full tones: 子 is never light. What has no reading stands for
    itself.

    >>> pinyin_of("春江，子")
    ['chūn', 'jiāng', '，', 'zǐ']
    """
    from pypinyin import lazy_pinyin
    from pypinyin.constants import Style

    sounds: list[str] = []
    for is_read, run in groupby(line, is_han):
        chars = list(run)
        read = lazy_pinyin("".join(chars), style=Style.TONE) if is_read else chars
        read = read if len(read) == len(chars) else chars
        sounds += map(_in_full, chars, read) if is_read else read
    return sounds


def _in_full(char: str, sound: str) -> str:
    """The reading, or for one without a tone the first that has one.

    >>> _in_full("了", "le")
    'liǎo'
    """
    from pypinyin import pinyin
    from pypinyin.constants import Style

    if _has_tone(sound):
        return sound
    (others,) = pinyin(char, style=Style.TONE, heteronym=True)
    return _IN_VERSE.get(char) or next(filter(_has_tone, others), sound)


def _has_tone(sound: str) -> bool:
    return any(map(combining, normalize("NFD", sound.replace("ü", "u"))))
