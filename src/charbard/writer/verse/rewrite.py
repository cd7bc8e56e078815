"""Make the order that rewrites a part of a poem."""

from collections.abc import Sequence
from dataclasses import replace

from charbard.config import VerseOrder
from charbard.errors import OptionError
from charbard.writer.verse.givens import OPEN

__all__ = ["SCOPES", "rewrite"]

SCOPES = ("this", "neighbours", "open")


def rewrite(
    order: VerseOrder,
    lines: Sequence[str],
    line: int,
    place: int | None = None,
    *,
    scope: str = "this",
    locked: Sequence[tuple[int, int]] = (),
) -> VerseOrder:
    """Return the order that rewrites a part of a poem.

    Args:
        order: The order that the poem was written for.
        lines: The lines of the poem.
        line: 0-based index of the line.
        place: 0-based index of the character in the line; None: the whole line.
        scope: this: only that character or line; neighbours: the character's whole line, or the
            line and those on either side; open: everything that is not locked.
        locked: Lines and places that never change.

    Raises:
        OptionError: The scope, line or place does not exist.
    """
    if scope not in SCOPES:
        raise OptionError(
            f"no scope {scope!r}",
            code="scope.unknown",
            values={"scope": scope, "known": SCOPES},
            hint=f"choose one of: {', '.join(SCOPES)}",
        )
    if not (0 <= line < len(lines) and 0 <= (place or 0) < len(lines[line])):
        where = f"line {line + 1}" if place is None else f"place {line + 1}.{place + 1}"
        raise OptionError(
            f"the poem has no {where}",
            code="place.none",
            values={"line": line + 1, "place": (place or 0) + 1},
            hint="count from 1",
        )
    around = {line} if scope == "this" or place is not None else {line - 1, line, line + 1}
    if scope == "open":
        around = set(range(len(lines)))
    only = {(line, place)} if scope == "this" and place is not None else None
    template = "/".join(
        "".join(
            OPEN
            if number in around
            and (only is None or (number, at) in only)
            and (number, at) not in set(locked)
            else char
            for at, char in enumerate(text)
        )
        for number, text in enumerate(lines)
    )
    bans = order.bans
    if only is not None and place is not None:
        bans = (*bans, f"{line + 1}.{place + 1}={lines[line][place]}")
    return replace(order, template=template, opening="", acrostic="", locks=(), bans=bans)
