"""Find and spell words in any script that separates words by spaces.

A word is a run of letters, which may contain single apostrophes and hyphens. An apostrophe at
either end belongs to the word if the word never occurs without it ('tis, th'). In scripts without
spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) no words are found.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

__all__ = ["APOSTROPHES", "HYPHENS", "capitalised", "is_letter", "spellings", "word_pattern"]

APOSTROPHES = "'’"
HYPHENS = "-‐‑"
_UNSPACED = (
    "CJK",
    "IDEOGRAPHIC",
    "HIRAGANA",
    "KATAKANA",
    "BOPOMOFO",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
    "TIBETAN",
    "YI ",
)
_JOINERS = "\u200c\u200d"
"""Joiners, which occur inside words in Persian and in Indian scripts but are neither letters nor
marks."""


def is_letter(char: str) -> bool:
    """Return whether a character can be part of a word.

    >>> [is_letter(char) for char in "aÉж-7春"]
    [True, True, True, False, False, False]
    """
    if char in _JOINERS:
        return True
    if unicodedata.category(char)[0] not in "LM":
        return False
    return not unicodedata.name(char, "").startswith(_UNSPACED)


def word_pattern(chars: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds words made of these characters, with apostrophes at either end.

    Returns:
        The pattern, or None if none of the characters is a letter.

    >>> word_pattern("abts'-").findall("'tis at-bat's 'a")
    ["'t", 's', "at-bat's", "'a"]
    """
    letters = "".join(map(re.escape, filter(is_letter, chars)))
    if not letters:
        return None
    return re.compile(f"['’]?[{letters}]+(?:[-‐‑'’][{letters}]+)*['’]?")


def capitalised(word: str) -> str:
    """Return the word with its first letter in upper case, as at the start of a line of verse.

    >>> capitalised("'tis"), capitalised("ßa")
    ("'Tis", 'ßa')
    """
    at = next((place for place, char in enumerate(word) if is_letter(char)), 0)
    upper = word[at : at + 1].upper()
    return word if len(upper) != 1 else word[:at] + upper + word[at + 1 :]


def spellings(texts: Iterable[str], chars: Iterable[str], *, most: int) -> tuple[str, ...]:
    """List the words of a text as they are spelled in it, most frequent first.

    A capitalised word is left out if it also occurs in lower case, and so is a compound of words
    that also occur alone: the spelling constraint allows such words without listing them.

    Args:
        texts: Parts of the text, cut between words.
        chars: All characters of the text, or only those that words may contain.
        most: Maximum number of words.

    >>> spellings(["'Tis the king's sword-arm, 'the sword', the sword. An arm."],
    ...           "'.,-ATadeghikmnorstw", most=9)
    ('the', 'sword', "'Tis", 'An', 'arm', "king's")
    """
    pattern = word_pattern(chars)
    if pattern is None:
        return ()
    found = Counter[str]()
    for text in texts:
        found.update(pattern.findall(text))
    words = Counter[str]()
    for spelling, count in found.items():
        words[_without_quotes(spelling, found)] += count
    for title in [word for word in words if _is_title(word, words)]:
        words[_uncapitalised(title)] += words.pop(title)
    kept = [word for word in words if not _is_compound(word, words)]
    return tuple(sorted(kept, key=lambda word: (-words[word], word))[:most])


def _without_quotes(spelling: str, found: Counter[str]) -> str:
    """Return the shortest attested spelling without an apostrophe at one end or both; else
    `spelling`."""
    bare = spelling.strip(APOSTROPHES)
    if bare == spelling:
        return spelling
    shorter = (bare, spelling.rstrip(APOSTROPHES), spelling.lstrip(APOSTROPHES))
    forms = (*shorter, *map(_uncapitalised, shorter))
    return next((form for form in forms if form in found), spelling)


def _is_title(word: str, words: Counter[str]) -> bool:
    """Return whether a word is the capitalised form of another of the words."""
    small = _uncapitalised(word)
    return small != word and small in words and capitalised(small) == word


def _is_compound(word: str, words: Counter[str]) -> bool:
    """Return whether a word consists of other words, joined by hyphens."""
    parts = re.split(f"[{HYPHENS}]", word)
    return len(parts) > 1 and all(part in words or _uncapitalised(part) in words for part in parts)


def _uncapitalised(word: str) -> str:
    at = next((place for place, char in enumerate(word) if is_letter(char)), 0)
    return word[:at] + word[at : at + 1].lower() + word[at + 1 :]
