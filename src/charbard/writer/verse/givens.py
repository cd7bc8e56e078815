"""Parse the characters that an order fixes or bars: opening, template, acrostic, single places."""

import re
from collections.abc import Sequence

from charbard.config import VerseOrder
from charbard.errors import OptionError
from charbard.prosody import Variant
from charbard.prosody.acrostic import acrostic_locks, parse_places
from charbard.prosody.spec import Ban, Lock

__all__ = ["OPEN", "bans_of", "locks_of"]

OPEN = "_"
"""Placeholder for an open character in a template."""
_OPEN_MARKS = str.maketrans(dict.fromkeys("＿□○＊*", OPEN))
_PARTS = re.compile(r"[，。！？；：、,.!?;:/\s]+")


def locks_of(variant: Variant, order: VerseOrder) -> tuple[Lock, ...]:
    """Return every character that an order fixes in a variant, each with its place.

    Raises:
        OptionError: A given line is too long for the variant, or a lock cannot be read.
    """
    locks = [*_opening(variant, order.opening), *_template(variant, order.template)]
    if order.acrostic:
        locks += acrostic_locks(variant, _letters(order.acrostic), order.acrostic_at)
    for text in order.locks:
        where, equals, chars = text.partition("=")
        if not equals or len(chars) != 1:
            raise OptionError(
                f"cannot read the lock {text!r}",
                code="lock.unreadable",
                values={"text": text},
                hint="write 2.3=花",
            )
        line, place = parse_places(where)[0]
        locks.append(Lock(line, place, chars, "lock"))
    return tuple(dict.fromkeys(locks))


def bans_of(order: VerseOrder) -> list[Ban]:
    """Return the characters that an order bars from single places.

    Raises:
        OptionError: A ban cannot be read.
    """
    found = []
    for text in order.bans:
        where, equals, chars = text.partition("=")
        if not equals or not chars:
            raise OptionError(
                f"cannot read the ban {text!r}",
                code="ban.unreadable",
                values={"text": text},
                hint="write 2.3=花月",
            )
        line, place = parse_places(where)[0]
        found.append(Ban(line, place, chars))
    return found


def _letters(text: str) -> str:
    """Return a text without spaces or punctuation."""
    return "".join(_PARTS.split(text))


def _opening(variant: Variant, text: str) -> list[Lock]:
    """Return the locks of an opening; only its last line may be incomplete."""
    lengths = variant.lengths
    parts = _lines_of(text, lengths)
    for line, (part, length) in enumerate(zip(parts, lengths, strict=False)):
        if len(part) > length or (len(part) < length and line + 1 < len(parts)):
            raise _misfit(line, part, length)
    return [
        Lock(line, place, char, "given beginning")
        for line, part in enumerate(parts)
        for place, char in enumerate(part)
    ]


def _template(variant: Variant, text: str) -> list[Lock]:
    """Return the locks of a template, whose lines are the first lines of the form."""
    lengths = variant.lengths
    parts = _lines_of(text.translate(_OPEN_MARKS), lengths)
    for line, (part, length) in enumerate(zip(parts, lengths, strict=False)):
        if len(part) != length:
            raise _misfit(line, part, length)
    return [
        Lock(line, place, char, "template")
        for line, part in enumerate(parts)
        for place, char in enumerate(part)
        if char != OPEN
    ]


def _misfit(line: int, part: str, length: int) -> OptionError:
    return OptionError(
        f"line {line + 1} has {length} characters, {part!r} has {len(part)}",
        code="line.length",
        values={"line": line + 1, "length": length, "text": part, "count": len(part)},
        hint=f"write {OPEN} for each open character, or choose another ⟪form⟫",
    )


def _lines_of(text: str, lengths: Sequence[int]) -> list[str]:
    """Split a text into lines: at punctuation or, without any, by the lengths of the form."""
    parts = [part for part in _PARTS.split(text) if part]
    if len(parts) == 1 and len(parts[0]) > lengths[0]:
        parts = _cut(parts[0], lengths)
    if len(parts) > len(lengths):
        raise OptionError(
            f"the poem has {len(lengths)} lines, {len(parts)} are given",
            code="line.many",
            values={"lines": len(lengths), "given": len(parts)},
            hint="give fewer lines, or another ⟪form⟫",
        )
    return parts


def _cut(text: str, lengths: Sequence[int]) -> list[str]:
    parts = []
    for length in lengths:
        parts.append(text[:length])
        text = text[length:]
    return [part for part in [*parts, text] if part]
