"""Acrostics: a text hidden at the beginnings of lines, at their ends, or along any path."""

import re
from collections.abc import Sequence

from charbard.errors import OptionError
from charbard.prosody.form import Variant
from charbard.prosody.spec import Lock

__all__ = ["ACROSTIC_LENGTHS", "acrostic_locks", "parse_places"]

ACROSTIC_LENGTHS = range(2, 9)
_PLACE = re.compile(r"(\d+)[.:,·](\d+)")
_PATHS = ("head", "tail", "diagonal")


def acrostic_locks(variant: Variant, text: str, path: str = "head") -> tuple[Lock, ...]:
    """Lock each character of a hidden text to its place.

    Args:
        variant: The variant whose lines hide the text.
        text: The text to hide, 2 to 8 characters.
        path: head, tail or diagonal; a number n for the n-th character of each line; or one place
            for each character, written as line.place and separated by spaces.

    Raises:
        OptionError: The text does not fit the lines, or the path is invalid.

    >>> from charbard.prosody.catalogue import form_named
    >>> [(lock.line, lock.place) for lock in acrostic_locks(form_named("五绝").variants[0], "春花")]
    [(0, 0), (2, 0)]
    """
    if len(text) not in ACROSTIC_LENGTHS:
        raise OptionError(
            f"the acrostic {text!r} has {len(text)} characters",
            code="acrostic.length",
            values={
                "text": text,
                "count": len(text),
                "least": ACROSTIC_LENGTHS[0],
                "most": ACROSTIC_LENGTHS[-1],
            },
            hint=f"hide {ACROSTIC_LENGTHS[0]} to {ACROSTIC_LENGTHS[-1]} characters;"
            " a single one can be locked to a place, or begin the poem",
        )
    if _PLACE.search(path):
        places = parse_places(path)
        if len(places) != len(text):
            raise OptionError(
                f"the acrostic {text!r} has {len(text)} characters, its path {len(places)} places",
                code="acrostic.places",
                values={"text": text, "count": len(text), "places": len(places)},
                hint="give one place for each character, for example: 1.1 2.2 3.3 4.4",
            )
    else:
        places = _along(variant, text, path)
    return tuple(
        Lock(line, place, char, "acrostic")
        for (line, place), char in zip(places, text, strict=True)
    )


def parse_places(text: str) -> list[tuple[int, int]]:
    """Parse 1-based places, written as line.place, into 0-based pairs (line, place).

    >>> parse_places("1.1 2.5")
    [(0, 0), (1, 4)]
    """
    found = [(int(line) - 1, int(place) - 1) for line, place in _PLACE.findall(text)]
    if not found or _PLACE.sub("", text).strip():
        raise OptionError(
            f"cannot read the places {text!r}",
            code="place.unreadable",
            values={"text": text},
            hint="write line.place, for example: 1.1 2.5",
        )
    return found


def _along(variant: Variant, text: str, path: str) -> list[tuple[int, int]]:
    lines = _spread(variant, text)
    lengths = variant.lengths
    if path == "head":
        return [(line, 0) for line in lines]
    if path == "tail":
        return [(line, lengths[line] - 1) for line in lines]
    if path == "diagonal":
        places = [(line, step) for step, line in enumerate(lines)]
    elif path.isdecimal() and int(path) > 0:
        places = [(line, int(path) - 1) for line in lines]
    else:
        raise OptionError(
            f"no way to hide an acrostic called {path!r}",
            code="acrostic.path",
            values={"path": path},
            hint=f"{', '.join(_PATHS)}, a place in every line such as 3,"
            " or places such as: 1.1 2.2 3.3 4.4",
        )
    for line, place in places:
        if place >= lengths[line]:
            raise OptionError(
                f"line {line + 1} has {lengths[line]} characters, the acrostic needs {place + 1}",
                code="acrostic.line",
                values={"line": line + 1, "length": lengths[line], "needed": place + 1},
                hint="hide fewer characters, or choose another path: head, tail",
            )
    return places


def _spread(variant: Variant, text: str) -> Sequence[int]:
    """Choose the lines that carry a hidden text: every second line if the text then fits exactly,
    else the first lines."""
    count = len(variant.lines)
    if len(text) > count:
        raise OptionError(
            f"the acrostic {text!r} has {len(text)} characters, the form {count} lines",
            code="acrostic.long",
            values={"text": text, "count": len(text), "lines": count},
            hint=f"hide at most {count} characters in its lines, choose a longer form,"
            " or name places such as: 1.1 1.5 2.1 2.5",
        )
    if len(text) * 2 == count:
        return range(0, count, 2)
    return range(len(text))
