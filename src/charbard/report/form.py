"""Count how many poems keep their form: lines, tones and rhyme.

`prosody.check` decides. It considers all readings of each character, so a character with both tones
fits either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from charbard.errors import OptionError
from charbard.prosody import form_named, rhymes_of, tones_of
from charbard.prosody.check import check
from charbard.prosody.check.regulated import scan
from charbard.prosody.poem import read_poem
from charbard.prosody.shape import REGULATED

__all__ = ["FormCount", "count_form", "lines_in", "shape_of"]

_BOOK = "pingshui"


@dataclass(frozen=True)
class FormCount:
    """Counts over poems of one form; a rate is between 0 and 1, or None if nothing was counted."""

    poems: int = 0
    shaped: int = 0
    """Poems with exactly the form's line lengths or, for a tune, lengths that its poets used."""
    lines: int = 0
    right_lines: int = 0
    """Regulated verse only: lines of the right length, in poems of any shape."""
    regulated: int = 0
    """Poems of a regulated form."""
    rhymed: int = 0
    """Regulated verse only: poems whose even lines share one level rhyme of 平水韵."""
    regular: int = 0
    """Rhymed poems that keep T4 (docs/prosody.md)."""
    rescued: int = 0
    """Rhymed poems that keep T5, which also accepts rescued lines."""
    judged: int = 0
    """Poems of a form that has rules."""
    kept: int = 0
    """Judged poems that the checker accepts, including a tune's tones and rhyme."""
    free: int = 0
    """Characters among `positions` that fit either tone, because they have both or are unknown."""
    positions: int = 0
    """Characters of the regulated poems that have the right shape."""

    def rates(self) -> dict[str, float | None]:
        """Return the counts as shares, for tables."""
        shares = {
            "shape": (self.shaped, self.poems),
            "line lengths": (self.right_lines, self.lines),
            "rhyme": (self.rhymed, self.regulated),
            "T4 of rhymed": (self.regular, self.rhymed),
            "T5 of rhymed": (self.rescued, self.rhymed),
            "rhyme and T4": (self.regular, self.regulated),
            "all rules": (self.kept, self.judged),
            "free positions": (self.free, self.positions),
        }
        return {name: a / b if b else None for name, (a, b) in shares.items()}

    def __add__(self, other: "FormCount") -> "FormCount":
        mine, theirs = asdict(self), asdict(other)
        return FormCount(**{name: mine[name] + theirs[name] for name in mine})


def count_form(
    texts: Iterable[str], form: str, shapes: frozenset[tuple[int, ...]] = frozenset()
) -> FormCount:
    """Count how often poems keep a form.

    Args:
        texts: Poems as they were written.
        form: A regulated form, or a tune.
        shapes: The line lengths that are valid for a tune; unused for a regulated form.
    """
    total = FormCount()
    for text in texts:
        total += _regulated(text, REGULATED[form]) if form in REGULATED else _song(text, shapes)
        total += _judged(text, form)
    return total


def _song(text: str, shapes: frozenset[tuple[int, ...]]) -> FormCount:
    return FormCount(1, int(shape_of(text) in shapes))


def _judged(text: str, form: str) -> FormCount:
    """Count a poem as judged, and as kept if the checker accepts it; all zero without rules."""
    try:
        form_named(form)
    except OptionError:
        return FormCount()
    return FormCount(judged=1, kept=bool(lines_in(text)) and check(text, form).is_kept)


def shape_of(text: str) -> tuple[int, ...]:
    """Return the number of characters in each line; empty for text that is not verse."""
    return tuple(map(len, lines_in(text)))


def lines_in(text: str) -> Sequence[str]:
    """Return the lines of a poem without punctuation; empty for text that is not verse."""
    try:
        return read_poem(text).lines
    except OptionError:
        return ()


def _regulated(text: str, shape: tuple[int, ...]) -> FormCount:
    lines = lines_in(text)
    right = sum(len(line) == shape[0] for line in lines)
    if tuple(map(len, lines)) != shape:
        return FormCount(1, lines=len(lines), right_lines=right, regulated=1)
    tones = [_tones(line) for line in lines]
    counted = FormCount(
        1,
        1,
        len(lines),
        right,
        regulated=1,
        free=sum(line.count("中") for line in tones),
        positions=sum(shape),
    )
    if not _share_a_rhyme(lines[1::2]):
        return counted
    meter = scan(tones)
    return counted + FormCount(0, rhymed=1, regular=meter.is_regular, rescued=meter.is_legal)


def _tones(line: str) -> str:
    """Return 平 or 仄 for each character, 中 where both fit or the character is unknown."""
    sets = (tones_of(char, book=_BOOK) for char in line)
    return "".join(next(iter(tones)) if len(tones) == 1 else "中" for tones in sets)


def _share_a_rhyme(lines: Sequence[str]) -> bool:
    """Tell whether line ends share a level rhyme; an unknown character never rhymes."""
    return bool(
        frozenset[str].intersection(*(rhymes_of(line[-1], book=_BOOK, tone="平") for line in lines))
    )
