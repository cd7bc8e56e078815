"""Why a request cannot be met, before anything is written: what conflicts, and what would do.

The conflict is a smallest set in this sense: give up any one of its parts, and the others can be
had together.
"""

from dataclasses import replace

from charbard.errors import ConflictError, Note
from charbard.prosody.book import book_named, tones_of
from charbard.prosody.compiler import plan_wish, shapes
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Machine
from charbard.prosody.wish import Lock, Wish

__all__ = ["compile_wish", "nearest_wish", "open_groups"]


def compile_wish(wish: Wish, lexicon: Lexicon) -> Machine:
    """The machine that writes what is asked and nothing else.

    Args:
        wish: What is asked.
        lexicon: The vocabulary in the wish's rhyme book.

    Raises:
        ConflictError: Not everything can be had; it names the parts that conflict, and holds the
            nearest wish that can.
        OptionError: A place, variant or rhyme does not exist.
    """
    machine = plan_wish(wish, lexicon)
    if machine is not None:
        return machine
    parts = _conflict(wish, lexicon)
    named = tuple(wish.describe(part) for part in parts)
    near = nearest_wish(wish, lexicon)
    code, message = _message(wish, named)
    values = {"form": wish.form.name, "book": book_named(wish.book).name, "parts": named}
    raise ConflictError(
        message,
        hint=_hint(wish, near),
        code=code if near is None else f"{code}.near",
        values=values if near is None else {**values, **_nearby(wish, near)},
        conflicts=named,
        nearby=near,
    )


def nearest_wish(wish: Wish, lexicon: Lexicon) -> Wish | None:
    """The same wish less what is in the way: any part given up would conflict with the rest.

    None if not even the bare form can be written.
    """
    near = wish
    for part in wish.parts():
        near = near.without(part)
    if plan_wish(near, lexicon) is None:
        return None
    for part in sorted(wish.parts(), key=lambda part: not isinstance(part, Lock)):
        if plan_wish(back := _with(near, wish, part), lexicon) is not None:
            near = back
    return near


def open_groups(wish: Wish, lexicon: Lexicon, key: int = 0) -> tuple[str, ...]:
    """Every group that this rhyme could be, all else as asked."""
    machine = plan_wish(wish.without(f"rhyme {key}"), lexicon)
    if machine is None or not machine.plans[0].groups:
        return ()
    bits = 0
    for plan in machine.plans:
        bits |= plan.groups[key]
    return tuple(name for place, name in enumerate(lexicon.groups) if bits >> place & 1)


def _conflict(wish: Wish, lexicon: Lexicon) -> list["Lock | str"]:
    """Drop one part after the other, as long as the rest still cannot be had together."""
    for part in wish.parts():
        if plan_wish(less := wish.without(part), lexicon) is None:
            wish = less
    return list(wish.parts())


def _with(near: Wish, wish: Wish, part: "Lock | str") -> Wish:
    """Take one part of the first wish back in."""
    if isinstance(part, Lock):
        return replace(near, locks=(*near.locks, part))
    name, _, place = part.partition(" ")
    if name == "rhyme":
        at = int(place)
        return replace(near, rhyme=(*near.rhyme[:at], wish.rhyme[at], *near.rhyme[at + 1 :]))
    return replace(near, **{name: getattr(wish, name)})


def _message(wish: Wish, named: tuple[str, ...]) -> tuple[str, str]:
    """The code and the sentence."""
    form = f"{wish.form.name} ({wish.book})"
    if not named:
        few = f"the model's characters are too few for {wish.form.name} in {wish.book}"
        return "conflict.few", few
    if len(named) == 1:
        return "conflict.one", f"{form} cannot have {named[0]}"
    return "conflict.together", f"{form} cannot have together: {'; '.join(named)}"


def _hint(wish: Wish, near: Wish | None) -> str:
    """What to ask instead."""
    if near is None:
        return "write with a model trained on verse"
    told = _nearby(wish, near)
    return "; ".join(
        [f"it can be written without {', '.join(told['without'])}", *told["elsewhere"]]
    )


def _nearby(wish: Wish, near: Wish) -> dict[str, list[Note]]:
    """What is given up in the nearest request that can be met, and where else it could stand."""
    given_up = [part for part in wish.parts() if part not in near.parts()]
    elsewhere = [hint for part in given_up if (hint := _elsewhere(wish, part)) is not None]
    return {"without": [wish.describe(part) for part in given_up], "elsewhere": elsewhere}


def _elsewhere(wish: Wish, part: "Lock | str") -> Note | None:
    """Where a character that does not fit its place would fit in the same line."""
    if not isinstance(part, Lock):
        return None
    tones = tones_of(part.char, book=wish.book)
    places = sorted(
        {
            place + 1
            for variant in shapes(wish)[0]
            for pattern in variant.lines[part.line].patterns
            for place, symbol in enumerate(pattern)
            if (symbol == "中" or symbol in tones)
            and (place + 1 < len(pattern) or variant.lines[part.line].rhyme is None)
        }
        - {part.place + 1}
    )
    if not places:
        return None
    named = list(map(str, places))
    kind = "".join(sorted(tones))
    return Note(
        f"{part.char} ({kind}) could stand in line {part.line + 1} at {', '.join(named)}",
        "lock.elsewhere",
        {"char": part.char, "tones": kind, "line": part.line + 1, "places": named},
    )
