"""Explain, before writing begins, why a request is infeasible and what would be feasible.

The reported conflict is minimal: dropping any one of its parts makes the remaining parts feasible.
"""

from dataclasses import replace

from charbard.errors import ConflictError, Note
from charbard.prosody.book import book_named, tones_of
from charbard.prosody.compiler import shapes, try_compile
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Machine
from charbard.prosody.spec import FormSpec, Lock

__all__ = ["compile_spec", "nearest_feasible", "open_groups"]


def compile_spec(spec: FormSpec, lexicon: Lexicon) -> Machine:
    """Compile a specification into a machine that allows only texts that satisfy it.

    Args:
        spec: The specification.
        lexicon: The vocabulary in the specification's rhyme book.

    Raises:
        ConflictError: The specification is infeasible; the error names the parts that conflict and
            holds the nearest feasible specification.
        OptionError: A place, variant or rhyme does not exist.
    """
    machine = try_compile(spec, lexicon)
    if machine is not None:
        return machine
    parts = _conflict(spec, lexicon)
    named = tuple(spec.describe(part) for part in parts)
    near = nearest_feasible(spec, lexicon)
    code, message = _message(spec, named)
    values = {"form": spec.form.name, "book": book_named(spec.book).name, "parts": named}
    raise ConflictError(
        message,
        hint=_hint(spec, near),
        code=code if near is None else f"{code}.near",
        values=values if near is None else {**values, **_nearby(spec, near)},
        conflicts=named,
        nearby=near,
    )


def nearest_feasible(spec: FormSpec, lexicon: Lexicon) -> FormSpec | None:
    """Return a feasible specification with as many of the demands as possible.

    Restoring any dropped demand would make it infeasible. The result is None if even the form
    without demands is infeasible.
    """
    # Demands are restored one by one to the form without demands, so an earlier demand wins over a
    # later one that conflicts with it: the order below is the order of preference.
    near = spec
    for part in spec.parts():
        near = near.without(part)
    if try_compile(near, lexicon) is None:
        return None
    # Given characters come first, because a user is least willing to give them up.
    for part in sorted(spec.parts(), key=lambda part: not isinstance(part, Lock)):
        if try_compile(back := _with(near, spec, part), lexicon) is not None:
            near = back
    return near


def open_groups(spec: FormSpec, lexicon: Lexicon, key: int = 0) -> tuple[str, ...]:
    """Return every group that the rhyme with number `key` could have if all other demands
    stay."""
    machine = try_compile(spec.without(f"rhyme {key}"), lexicon)
    if machine is None or not machine.plans[0].groups:
        return ()
    bits = 0
    for plan in machine.plans:
        bits |= plan.groups[key]
    return tuple(name for place, name in enumerate(lexicon.groups) if bits >> place & 1)


def _conflict(spec: FormSpec, lexicon: Lexicon) -> list["Lock | str"]:
    """Return the parts of a minimal conflict in an infeasible specification."""
    # This is a deletion filter: a part is irrelevant if the rest is infeasible without it.
    for part in spec.parts():
        # One pass is enough: a demand can only exclude texts, so a part that is needed for the
        # conflict stays needed after other parts are dropped.
        if try_compile(less := spec.without(part), lexicon) is None:
            spec = less
    return list(spec.parts())


def _with(near: FormSpec, spec: FormSpec, part: "Lock | str") -> FormSpec:
    """Return `near` with one part of `spec` restored."""
    if isinstance(part, Lock):
        return replace(near, locks=(*near.locks, part))
    name, _, place = part.partition(" ")
    if name == "rhyme":
        at = int(place)
        return replace(near, rhyme=(*near.rhyme[:at], spec.rhyme[at], *near.rhyme[at + 1 :]))
    return replace(near, **{name: getattr(spec, name)})


def _message(spec: FormSpec, named: tuple[str, ...]) -> tuple[str, str]:
    """Return the code and the message of the error."""
    form = f"{spec.form.name} ({spec.book})"
    if not named:
        few = f"the model's characters are too few for {spec.form.name} in {spec.book}"
        return "conflict.few", few
    if len(named) == 1:
        return "conflict.one", f"{form} cannot have {named[0]}"
    return "conflict.together", f"{form} cannot have together: {'; '.join(named)}"


def _hint(spec: FormSpec, near: FormSpec | None) -> str:
    """Return a hint on what to ask for instead."""
    if near is None:
        return "write with a model trained on verse"
    dropped = _nearby(spec, near)
    return "; ".join(
        [f"it can be written without {', '.join(dropped['without'])}", *dropped["elsewhere"]]
    )


def _nearby(spec: FormSpec, near: FormSpec) -> dict[str, list[Note]]:
    """Return the demands that the nearest feasible specification drops, and places where dropped
    characters would fit."""
    given_up = [part for part in spec.parts() if part not in near.parts()]
    elsewhere = [hint for part in given_up if (hint := _elsewhere(spec, part)) is not None]
    return {"without": [spec.describe(part) for part in given_up], "elsewhere": elsewhere}


def _elsewhere(spec: FormSpec, part: "Lock | str") -> Note | None:
    """Return a note on where in its line a locked character would fit; None if nowhere."""
    if not isinstance(part, Lock):
        return None
    tones = tones_of(part.char, book=spec.book)
    places = sorted(
        {
            place + 1
            for variant in shapes(spec)[0]
            for pattern in variant.lines[part.line].patterns
            for place, symbol in enumerate(pattern)
            if (symbol == "中" or symbol in tones)
            # A rhyme word must also be in the right group, so rhymed line ends are not suggested.
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
