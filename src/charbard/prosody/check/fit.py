"""Match tunes to a poem by where its sentences end, exactly or with one sentence of another length.

Knows lengths and line breaks, not tones, rhymes or titles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate

from charbard.prosody.catalogue import templates
from charbard.prosody.check.judge import SUNG
from charbard.prosody.form import Form, Line, Variant

__all__ = ["NearFit", "near_fits", "near_variants", "tunes_of"]

_OFF = (-2, -1, 1, 2)
"""Allowed differences in length of one sentence, in characters, as 衬字 and 又体 cause them."""


@dataclass(frozen=True)
class NearFit:
    """A variant that matches all sentences of a poem but one."""

    variant: Variant
    """The variant with that sentence resized to the poem's, its tones free except at the rhyme."""
    line: int
    """The last line of that sentence, from 1."""
    wanted: int
    """Characters that the form requires in that sentence."""
    off: int
    """How many characters longer the poem's sentence is; negative if shorter."""


def tunes_of(shape: tuple[int, ...]) -> Iterator[tuple[Form, Variant]]:
    """Yield tunes, with each variant that can be divided like this poem, most frequent first."""
    ends = _breaks(shape)
    for form, variant in _by_size().get(sum(shape), ()):
        # A subset: a poem may divide a sentence further, but its lines must not run across an end.
        if variant.sentence_ends <= ends:
            yield form, variant


def near_variants(
    shape: tuple[int, ...], form: Form | None = None
) -> Iterator[tuple[Form, NearFit]]:
    """Yield tunes, or variants of one tune, in which one sentence is off by a character or two."""
    size = sum(shape)
    for off in _OFF:
        for tune, variant in _by_size().get(size - off, ()):
            if form is None or tune.name == form.name:
                yield from ((tune, near) for near in near_fits(variant, shape))


def near_fits(variant: Variant, shape: tuple[int, ...]) -> Iterator[NearFit]:
    """Yield the variant with one sentence resized to the poem's, if only that sentence differs."""
    off = sum(shape) - variant.line_ends[-1]
    if off in _OFF and (near := _near(variant, shape, off)) is not None:
        yield near


def _near(variant: Variant, shape: tuple[int, ...], off: int) -> NearFit | None:
    breaks, wanted = _breaks(shape), variant.sentences
    first = next((at for at, end in enumerate(wanted) if end not in breaks), len(wanted) - 1)
    # All sentences after the one that is off end later, or earlier, by as much.
    if any(end + off not in breaks for end in wanted[first + 1 :]):
        return None
    # The sentence that is off may precede the first mismatched end: try them backward from there.
    for at in range(first, -1, -1):
        if wanted[at] + off not in breaks:
            return None
        start = wanted[at - 1] if at else 0
        if wanted[at] + off > start:
            return _stretched(variant, shape, start, wanted[at], off)
    return None


@lru_cache(maxsize=64)  # a poem is compared with hundreds of variants
def _breaks(shape: tuple[int, ...]) -> frozenset[int]:
    return frozenset(accumulate(shape))


def _stretched(
    variant: Variant, shape: tuple[int, ...], start: int, end: int, off: int
) -> NearFit | None:
    """Resize the sentence from `start` to `end` by `off` characters, divided as in the poem."""
    # Which of the characters are extra is unknown, so their tones are free; the last one's is not.
    free = "中" * (end + off - start - 1) + variant.tones[end - 1]
    lines, at = [], 0
    for line in variant.lines:
        at += len(line)
        if at <= start or at > end:
            lines.append(line)
        # The sentence becomes a single line, which `divided` then cuts as the poem does.
        elif at == end:
            lines.append(Line((free,), line.rhyme, line.mark, line.ends_stanza))
    found = Variant(variant.name, tuple(lines), poems=variant.poems).divided(shape)
    if found is None:
        return None
    ends = list(accumulate(shape))
    return NearFit(found, ends.index(end + off) + 1, end - start, off)


@cache
def _by_size() -> dict[int, list[tuple[Form, Variant]]]:
    """Index the variants of tunes by their number of characters."""
    found: dict[int, list[tuple[Form, Variant]]] = {}
    for template in templates():
        if template.kind in SUNG:
            form = template.form()
            for variant in form.variants:
                found.setdefault(variant.line_ends[-1], []).append((form, variant))
    return found
