"""How a line is read aloud today. For readers only: rhyme and tone of verse come from its books."""

from itertools import groupby

from charbard.prosody.poem import is_han

__all__ = ["pinyin_of"]


def pinyin_of(line: str) -> list[str]:
    """Today's reading of each character with tone marks; of several, the usual one here.

    What has no reading stands for itself.

    >>> pinyin_of("春江，")
    ['chūn', 'jiāng', '，']
    """
    from pypinyin import lazy_pinyin
    from pypinyin.constants import Style

    sounds: list[str] = []
    for is_read, run in groupby(line, is_han):
        chars = list(run)
        read = lazy_pinyin("".join(chars), style=Style.TONE) if is_read else chars
        sounds += read if len(read) == len(chars) else chars
    return sounds
