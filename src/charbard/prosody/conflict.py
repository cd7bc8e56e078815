"""Explain, before anything is written, why a request is infeasible, and what would be feasible.

The reported conflict is minimal: dropping any one of its parts makes the others feasible.
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
    """Compile a specification into the machine that writes such texts and no others.

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
    """Return a maximal feasible part of the specification: adding any dropped part would conflict.

    None if even the form without further demands is infeasible.
    """
    # Built up from the bare form, not cut down from the request: what is restored first wins, so
    # the order of the parts below is the order of preference.
    near = spec
    for part in spec.parts():
        near = near.without(part)
    if try_compile(near, lexicon) is None:
        return None
    # Greedy, given characters first: they are what a user is least willing to give up.
    for part in sorted(spec.parts(), key=lambda part: not isinstance(part, Lock)):
        if try_compile(back := _with(near, spec, part), lexicon) is not None:
            near = back
    return near


def open_groups(spec: FormSpec, lexicon: Lexicon, key: int = 0) -> tuple[str, ...]:
    """Return every group that this rhyme could have, with all other demands unchanged."""
    machine = try_compile(spec.without(f"rhyme {key}"), lexicon)
    if machine is None or not machine.plans[0].groups:
        return ()
    bits = 0
    for plan in machine.plans:
        bits |= plan.groups[key]
    return tuple(name for place, name in enumerate(lexicon.groups) if bits >> place & 1)


def _conflict(spec: FormSpec, lexicon: Lexicon) -> list["Lock | str"]:
    """Shrink the specification to a minimal conflict."""
    # Deletion filter: a part is irrelevant if the rest is infeasible without it.
    for part in spec.parts():
        # One pass is enough: a demand can only exclude texts, so a part that was needed stays
        # needed.
        if try_compile(less := spec.without(part), lexicon) is None:
            spec = less
    return list(spec.parts())


def _with(near: FormSpec, spec: FormSpec, part: "Lock | str") -> FormSpec:
    """Restore one part of the original specification."""
    if isinstance(part, Lock):
        return replace(near, locks=(*near.locks, part))
    name, _, place = part.partition(" ")
    if name == "rhyme":
        at = int(place)
        return replace(near, rhyme=(*near.rhyme[:at], spec.rhyme[at], *near.rhyme[at + 1 :]))
    return replace(near, **{name: getattr(spec, name)})


def _message(spec: FormSpec, named: tuple[str, ...]) -> tuple[str, str]:
    """Return the error's code and sentence."""
    form = f"{spec.form.name} ({spec.book})"
    if not named:
        few = f"the model's characters are too few for {spec.form.name} in {spec.book}"
        return "conflict.few", few
    if len(named) == 1:
        return "conflict.one", f"{form} cannot have {named[0]}"
    return "conflict.together", f"{form} cannot have together: {'; '.join(named)}"


def _hint(spec: FormSpec, near: FormSpec | None) -> str:
    """Suggest what to ask for instead."""
    if near is None:
        return "write with a model trained on verse"
    dropped = _nearby(spec, near)
    return "; ".join(
        [f"it can be written without {', '.join(dropped['without'])}", *dropped["elsewhere"]]
    )


def _nearby(spec: FormSpec, near: FormSpec) -> dict[str, list[Note]]:
    """Return what the nearest feasible specification drops, and where it would fit instead."""
    given_up = [part for part in spec.parts() if part not in near.parts()]
    elsewhere = [hint for part in given_up if (hint := _elsewhere(spec, part)) is not None]
    return {"without": [spec.describe(part) for part in given_up], "elsewhere": elsewhere}


def _elsewhere(spec: FormSpec, part: "Lock | str") -> Note | None:
    """Say where a character that does not fit its place would fit in the same line."""
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
            # A rhyme word needs the right group as well as the tone: rhymed ends are not suggested.
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
