"""Match tunes to a poem by where its sentences end, exactly or with one sentence too long or short.

Only lengths and line breaks are compared, not tones, rhymes or titles.
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
"""Allowed differences in the length of one sentence, in characters; 衬字 and 又体 cause them."""


@dataclass(frozen=True)
class NearFit:
    """A variant that matches all sentences of a poem except one."""

    variant: Variant
    """The variant with the unmatched sentence resized to the poem's; all tones of the sentence are
    free except the last."""
    line: int
    """1-based number of the unmatched sentence's last line."""
    wanted: int
    """Number of characters that the form requires in the unmatched sentence."""
    off: int
    """Number of characters by which the poem's sentence is longer; negative if it is shorter."""


def tunes_of(shape: tuple[int, ...]) -> Iterator[tuple[Form, Variant]]:
    """Yield each tune and variant that can be divided into these line lengths, in page order."""
    ends = _breaks(shape)
    for form, variant in _by_size().get(sum(shape), ()):
        # A subset is enough: a poem may divide a sentence further, but none of its lines may run
        # across the end of a sentence.
        if variant.sentence_ends <= ends:
            yield form, variant


def near_variants(
    shape: tuple[int, ...], form: Form | None = None
) -> Iterator[tuple[Form, NearFit]]:
    """Yield each tune and variant in which one sentence is off by one or two characters.

    Args:
        shape: Line lengths of the poem.
        form: The only tune to consider; None considers all.
    """
    size = sum(shape)
    for off in _OFF:
        for tune, variant in _by_size().get(size - off, ()):
            if form is None or tune.name == form.name:
                yield from ((tune, near) for near in near_fits(variant, shape))


def near_fits(variant: Variant, shape: tuple[int, ...]) -> Iterator[NearFit]:
    """Yield the variant with one sentence resized to the poem's, if only one sentence differs."""
    off = sum(shape) - variant.line_ends[-1]
    if off in _OFF and (near := _near(variant, shape, off)) is not None:
        yield near


def _near(variant: Variant, shape: tuple[int, ...], off: int) -> NearFit | None:
    breaks, wanted = _breaks(shape), variant.sentences
    # If no end is mismatched, the last sentence is the one that is off.
    first = next((at for at, end in enumerate(wanted) if end not in breaks), len(wanted) - 1)
    # All sentences after the one that is off are shifted by the same number of characters.
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
    """Resize the sentence from `start` to `end` by `off` characters, and divide it as the poem
    does."""
    # It is unknown which characters are extra, so all tones are free except the last.
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
