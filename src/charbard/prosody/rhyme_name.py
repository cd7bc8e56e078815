"""Resolve the common names of rhymes, such as 东, 一东, 上平一东, 东韵 and 第十二部.

A name may begin with a volume (上平) and the rhyme's number in the volume, if both are correct.
"""

import re
from functools import cache

from charbard.errors import OptionError
from charbard.prosody.book import book_named, fold, rhyme_label, rhyme_names, rhymes_of

__all__ = ["full_rhyme_name", "rhyme_named"]

_ONES = "〇一二三四五六七八九"
_NAME = re.compile(rf"(上平|下平|平|上|去|入)?声?([十{_ONES}]+)?(.)韵?")
_HALF = 15
"""Number of rhymes in each of the two volumes of level rhymes, 上平 and 下平."""


def rhyme_named(name: str, *, book: str) -> str:
    """Return a rhyme's name in the book, given any of its usual names in either script.

    A part of the 词林正韵 may be named by its number, or by a character that is in this part only.

    Raises:
        OptionError: The book has no such rhyme, or the number belongs to another rhyme.

    >>> rhyme_named("上平一東", book="pingshui"), rhyme_named("东韵", book="pingshui")
    ('东', '东')
    >>> rhyme_named("第十二部", book="cilin"), rhyme_named("东", book="cilin")
    ('12', '1')
    """
    plain = "".join(map(fold, name.strip()))
    names = rhyme_names(book)
    if book == "cilin":
        return _part_named(plain, name)
    if plain in names:
        return plain
    if (found := _NAME.fullmatch(plain)) and found[3] in names:
        _check_number(found[1], found[2], found[3], book)
        return found[3]
    raise _unknown(name, book)


def full_rhyme_name(name: str, *, book: str) -> str:
    """Return a rhyme's full name: the volume, the number in the volume, and the name.

    >>> full_rhyme_name("东", book="pingshui"), full_rhyme_name("先", book="pingshui")
    ('上平一东', '下平一先')
    """
    if book == "cilin":
        return rhyme_label(name, book=book)
    return _full_names(book)[name]


@cache
def _full_names(book: str) -> dict[str, str]:
    if book == "xinyun":
        return {name: f"{_number(n)}{name}" for n, name in enumerate(rhyme_names(book), 1)}
    found = {}
    for tone in "平上去入":
        for number, name in enumerate(rhyme_names(book, tone), 1):
            part, place = f"{tone}声", number
            if tone == "平":
                part = "上平" if number <= _HALF else "下平"
                place = number - _HALF * (number > _HALF)
            found[name] = f"{part}{_number(place)}{name}"
    return found


def _check_number(part: str | None, number: str | None, name: str, book: str) -> None:
    full = _full_names(book)[name]
    numbered = f"{number or ''}{name}"
    # A shorter number that merely ends the right one (一 in 十一) is wrong too: no digit may
    # precede the given number in the full name.
    before = full.removesuffix(numbered)
    wrong_part = part is not None and not full.startswith(part)
    wrong_number = number is not None and (before == full or before[-1:] in set("十" + _ONES))
    if wrong_part or wrong_number:
        raise OptionError(
            f"no rhyme {(part or '') + numbered!r} in {book_named(book).name}",
            code="rhyme.number",
            values={
                "rhyme": (part or "") + numbered,
                "book": book_named(book).name,
                "name": name,
                "full": full,
            },
            hint=f"{name} is {full}",
        )


def _part_named(plain: str, name: str) -> str:
    """Resolve a part of the 词林正韵 by its number, or by a character that is in this part only."""
    names = rhyme_names("cilin")
    digits = plain.removesuffix("韵").removeprefix("第").removesuffix("部")
    number = str(_value(digits)) if digits and set(digits) <= set("十" + _ONES) else digits
    if number in names:
        return number
    found = _NAME.fullmatch(plain)
    parts = rhymes_of(found[3], book="cilin") if found else frozenset()
    if len(parts) == 1:
        return next(iter(parts))
    raise _unknown(name, "cilin")


def _value(digits: str) -> int:
    tens, ten, ones = digits.rpartition("十")
    return (_ONES.index(tens or "一") if ten else 0) * 10 + _ONES.index(ones or "〇")


def _number(value: int) -> str:
    tens, ones = divmod(value, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_ONES[tens]}十"
    return head + (_ONES[ones] if ones else "")


def _unknown(name: str, book: str) -> OptionError:
    labels = [rhyme_label(each, book=book) for each in rhyme_names(book)]
    known = book_named(book).name
    return OptionError(
        f"{known} has no rhyme {name!r}",
        hint=f"it has: {' '.join(labels)}",
        code="rhyme.unknown",
        values={"book": known, "rhyme": name, "known": labels},
    )
