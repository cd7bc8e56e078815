"""Pinyin of lines, poems and names.

In verse, a rhyme book decides the tone and rhyme of a character; this module finds the modern
reading that agrees with the book. Readings come from pypinyin, those of surnames from
`data/surnames.tsv`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from types import MappingProxyType
from unicodedata import combining, normalize

from charbard.prosody import fold, readings_of, tones_of
from charbard.prosody.poem import is_han
from charbard.tables import table_lines

__all__ = ["pinyin_of", "pinyin_of_name", "pinyin_of_poem"]

_IN_VERSE = {"着": "zhuó", "的": "dì", "么": "mó"}
"""Verse readings of characters whose first full-tone reading in pypinyin is rare in verse."""
_LEVEL, _OBLIQUE = "平", "仄"
_MARKS = {"\u0304": _LEVEL, "\u0301": _LEVEL, "\u030c": _OBLIQUE, "\u0300": _OBLIQUE}
"""Tone class by tone mark: first and second tone are level, third and fourth oblique."""
_REGULATED = (5, 7)


def pinyin_of(line: str) -> list[str]:
    """Return the usual modern reading of each character in its context, with tone marks.

    Verse and names are read in full tones: 子 never takes the neutral tone. A character without a
    reading is returned unchanged.

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


def pinyin_of_poem(lines: Sequence[str], *, book: str = "pingshui") -> list[list[str]]:
    """Return the modern readings in a poem; each character gets the one that fits its place.

    At the end of a rhyming line, this reading agrees with the poem's rhyme; at an even place of a
    regulated line, it has the tone that the pattern of the line requires.

    >>> poem = ["朝辞白帝彩云间", "千里江陵一日还", "两岸猿声啼不住", "轻舟已过万重山"]
    >>> pinyin_of_poem(poem)[1][-1]
    'huán'

    Args:
        lines: The lines of one poem, without marks.
        book: Key of the rhyme book.
    """
    sounds = [pinyin_of(line) for line in lines]
    _fit_tones(lines, sounds, book)
    _fit_rhymes(lines, sounds, book)
    return sounds


def pinyin_of_name(name: str, surname: str) -> list[str]:
    """Return the modern readings of a name; a table decides how its surname is read.

    >>> pinyin_of_name("单于飞", "单于"), pinyin_of_name("单飞", "单")
    (['chán', 'yú', 'fēi'], ['shàn', 'fēi'])
    """
    rest = name[len(surname) :]
    known = _surnames().get("".join(map(fold, surname)))
    return [*(known or pinyin_of(surname)), *pinyin_of(rest)]


@cache
def _surnames() -> Mapping[str, tuple[str, ...]]:
    rows = (line.split("\t") for line in table_lines("writer", "surnames.tsv"))
    return MappingProxyType({name: tuple(sounds.split()) for name, sounds in rows})


def _fit_tones(lines: Sequence[str], sounds: list[list[str]], book: str) -> None:
    """Change `sounds` so that even places of regulated lines have readings in the right tone.

    The tones of these places alternate, so one certain tone determines the others.
    """
    for line, read in zip(lines, sounds, strict=True):
        if len(line) not in _REGULATED:
            continue
        evens = list(range(1, len(line) - 1, 2))
        tones = [_only_tone(line[at], book) for at in evens]
        # Each certain tone implies a tone for the first even place; they agree in a regulated line.
        wanted = {
            (tone if step % 2 == 0 else _other(tone))
            for step, tone in enumerate(tones)
            if tone is not None
        }
        if len(wanted) != 1:  # no tone is certain, or the line is not regulated
            continue
        (first,) = wanted
        for step, at in enumerate(evens):
            if tones[step] is None:
                read[at] = _with_tone(line[at], read[at], first if step % 2 == 0 else _other(first))


def _fit_rhymes(lines: Sequence[str], sounds: list[list[str]], book: str) -> None:
    ends = [(at, line[-1]) for at, line in enumerate(lines) if line]
    groups = Counter(reading for _, char in ends for reading in set(readings_of(char, book=book)))
    shared = [reading for reading, count in groups.most_common() if 2 * count >= len(ends) > 1]
    for tone, rhyme in shared[:1]:
        there = [(at, char) for at, char in ends if (tone, rhyme) in readings_of(char, book=book)]
        rimes = Counter(_rime(sounds[at][-1]) for at, _ in there)
        for at, char in there:
            sounds[at][-1] = _in_rhyme(char, sounds[at][-1], tone, rimes)


def _in_rhyme(char: str, usual: str, tone: str, rimes: Counter[str]) -> str:
    """Of the readings in the rhyme's tone, return the one whose rime most rhyme words share."""
    fitting = [one for one in _all_readings(char) if _tone(one) == tone]
    if not fitting:  # an entering tone, which modern speech has lost
        return usual

    def rank(sound: str) -> tuple[int, bool]:
        # The character's own usual reading is among the counts, but must not vote for itself.
        others = rimes[_rime(sound)] - (_rime(sound) == _rime(usual))
        return others, sound == usual

    return max(fitting, key=rank)


def _only_tone(char: str, book: str) -> str | None:
    tones = tones_of(char, book=book)
    return next(iter(tones)) if len(tones) == 1 else None


def _with_tone(char: str, usual: str, tone: str) -> str:
    if _tone(usual) in (tone, None):
        return usual
    return next((one for one in _all_readings(char) if _tone(one) == tone), usual)


def _other(tone: str) -> str:
    return _OBLIQUE if tone == _LEVEL else _LEVEL


def _all_readings(char: str) -> list[str]:
    from pypinyin import pinyin
    from pypinyin.constants import Style

    (found,) = pinyin(char, style=Style.TONE, heteronym=True)
    return list(filter(_has_tone, found))


def _tone(sound: str) -> str | None:
    return next((_MARKS[mark] for mark in normalize("NFD", sound) if mark in _MARKS), None)


def _rime(sound: str) -> str:
    """Return a syllable from its main vowel on, without tone or medial: "an" for huán.

    >>> _rime("huán"), _rime("xiá"), _rime("dōu")
    ('an', 'a', 'ou')
    """
    plain = "".join(mark for mark in normalize("NFD", sound) if mark not in _MARKS)
    vowels = [at for at, letter in enumerate(plain) if letter in "aeiou"]
    if not vowels:
        return plain
    main = next((at for at in vowels if plain[at] in "aeo"), vowels[-1])
    return plain[main:]


def _in_full(char: str, sound: str) -> str:
    """Return the reading or, if it is in the neutral tone, the character's reading in a full tone.

    >>> _in_full("了", "le")
    'liǎo'
    """
    if _has_tone(sound):
        return sound
    return _IN_VERSE.get(char) or next(iter(_all_readings(char)), sound)


def _has_tone(sound: str) -> bool:
    return any(map(combining, normalize("NFD", sound.replace("ü", "u"))))
