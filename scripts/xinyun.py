"""Derive 中华新韵 from pypinyin: which modern readings of a character are in use.

pypinyin lists every reading that a dictionary has, which would give a third of all characters both
tones.
A reading counts here if it is the character's first reading, or if it occurs in at least three of
pypinyin's words with the character and in at least one in twenty of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import pypinyin
from pypinyin.contrib.tone_convert import to_finals, to_tone3
from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

assert pypinyin.__version__ == "0.55.0", "pip install pypinyin==0.55.0"

MIN_SHARE = 0.05
MIN_WORDS = 3
# Source: 中华新韵 (中华诗词学会, 2005). Each rhyme is mapped to the finals that belong to it.
RHYMES = {
    "麻": "a ia ua",
    "波": "o e uo",
    "皆": "ie ve ê",
    "开": "ai uai",
    "微": "ei ui uei",
    "豪": "ao iao",
    "尤": "ou iu iou",
    "寒": "an ian uan van",
    "文": "en in un uen vn",
    "唐": "ang iang uang",
    "庚": "eng ing ong iong ueng",
    "齐": "i er v",
    "支": "-i",
    "姑": "u",
}
TONES = {"1": "平", "2": "平", "3": "上", "4": "去"}
RHYME_OF = {final: rhyme for rhyme, finals in RHYMES.items() for final in finals.split()}


def xinyun_readings(chars: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
    """Map each simplified character to the (tone, rhyme) pairs of its readings in use."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in phrases_dict.items():
        for char, readings in zip(phrase, syllables, strict=False):
            used[char][readings[0]] += 1
    found = {}
    for char in chars:
        listed = pinyin_dict.get(ord(char), "").split(",")
        total = sum(used[char].values())
        kept = {listed[0]} | {
            reading
            for reading, count in used[char].items()
            if reading in listed and count >= MIN_WORDS and count >= MIN_SHARE * total
        }
        if rhymes := {rhymed for reading in kept if (rhymed := classify(reading))}:
            found[char] = rhymes
    return found


def classify(syllable: str) -> tuple[str, str] | None:
    """Return (tone, rhyme) of a syllable; None if it has no tone mark, or is m or n."""
    numbered = to_tone3(syllable)
    if numbered[-1:] not in TONES:
        return None
    final = to_finals(syllable, strict=True, v_to_u=False).replace("ü", "v")
    if final == "i" and numbered.startswith(("z", "c", "s", "r")):
        final = "-i"
    rhyme = RHYME_OF.get(final)
    return (TONES[numbered[-1]], rhyme) if rhyme else None
