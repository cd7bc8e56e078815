"""Verse forms as values: lines, tones, rhyme, punctuation.

This module is independent of models, of the content of rhyme books, and of how forms are stored.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from charbard.errors import OptionError

__all__ = ["Echo", "Form", "Line", "Variant"]


class Echo(NamedTuple):
    """A place that repeats the character of an earlier place. Lines and places count from 0.

    Both places must require the same tone in every pattern, since the character is the same.
    """

    line: int
    place: int
    of_line: int
    of_place: int


_MOST_DIVISIONS = 64
_MOST_PADDING = 6
"""Maximum number of 衬字 in one line of a 曲."""


@dataclass(frozen=True)
class Line:
    """One line of verse."""

    patterns: tuple[str, ...]
    """Strings of equal length over 平 (level), 仄 (oblique) and 中 (free). A text fits the line if
    it fits one of the patterns, in some reading of each character."""
    rhyme: str | None = None
    """Key of the line's rhyme; None if the line need not rhyme. The last characters of lines with
    the same key must rhyme in the chosen book, in readings that fit the required tone."""
    mark: str = "。"
    """The punctuation mark after the line; may be empty."""
    ends_stanza: bool = False

    def __len__(self) -> int:
        return len(self.patterns[0])

    def __post_init__(self) -> None:
        assert self.patterns, "a line without a pattern"
        assert len(set(map(len, self.patterns))) == 1, "patterns of different lengths"
        assert set("".join(self.patterns)) <= set("平仄中"), "a pattern is over 平, 仄 and 中"


@dataclass(frozen=True)
class Variant:
    """One variant of a form, such as 平起首句入韵."""

    name: str
    lines: tuple[Line, ...]
    echoes: tuple[Echo, ...] = ()
    """Places that repeat the character of an earlier place."""
    poems: int = 0
    """Number of attested poems, or 0 if they were not counted. If two variants fit equally well,
    the one with more poems is preferred."""

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Number of characters in each line."""
        return tuple(map(len, self.lines))

    @cached_property
    def rhyme_groups(self) -> tuple[tuple[int, ...], ...]:
        """Groups of lines (0-based) that rhyme with each other, in the order of their first
        lines."""
        keys: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines):
            if line.rhyme is not None:
                keys.setdefault(line.rhyme, []).append(number)
        return tuple(map(tuple, keys.values()))

    @cached_property
    def line_ends(self) -> tuple[int, ...]:
        """Number of characters from the start of the text to the end of each line."""
        return tuple(accumulate(self.lengths))

    @cached_property
    def stanza_ends(self) -> tuple[int, ...]:
        """1-based numbers of the lines that end a stanza; always includes the last line."""
        inner = (n for n, line in enumerate(self.lines[:-1], 1) if line.ends_stanza)
        return (*inner, len(self.lines))

    @cached_property
    def sentence_ends(self) -> frozenset[int]:
        """Number of characters from the start of the text to the end of each sentence; a line that
        rhymes or ends a stanza ends a sentence."""
        pairs = zip(self.line_ends, self.lines, strict=True)
        return frozenset(end for end, line in pairs if line.rhyme or line.ends_stanza)

    @cached_property
    def tones(self) -> str:
        """Tones required at all places according to the first pattern of each line."""
        return "".join(line.patterns[0] for line in self.lines)

    @cached_property
    def sentences(self) -> tuple[int, ...]:
        """`sentence_ends` in ascending order."""
        return tuple(sorted(self.sentence_ends))

    def divided(self, shape: tuple[int, ...]) -> "Variant | None":
        """Return the variant divided into lines of these lengths; None if that is impossible.

        In 词, a sentence may be divided freely: the lines change, but the tones do not. Every
        sentence must end where one of the new lines ends.
        """
        if shape == self.lengths:
            return self
        # A checker sees many poems but only a few shapes, so divided variants are cached.
        if shape not in self._divisions:
            if len(self._divisions) >= _MOST_DIVISIONS:
                self._divisions.clear()
            self._divisions[shape] = self._divide(shape)
        return self._divisions[shape]

    @cached_property
    def _divisions(self) -> dict[tuple[int, ...], "Variant | None"]:
        return {}

    def _divide(self, shape: tuple[int, ...]) -> "Variant | None":
        # Ends are compared as slices so that an empty shape fails the test instead of raising.
        ends = tuple(accumulate(shape))
        if ends[-1:] != self.line_ends[-1:] or not self.sentence_ends <= set(ends):
            return None
        tones = self.tones
        # Rhyme and mark belong to a line's end; a line end that the form does not have gets a
        # comma.
        ours = dict(zip(self.line_ends, self.lines, strict=True))
        lines = []
        for end, size in zip(ends, shape, strict=True):
            same = ours.get(end)
            rhyme = same.rhyme if same and end in self.sentence_ends else None
            stanza = same is not None and same.ends_stanza
            lines.append(
                Line((tones[end - size : end],), rhyme, same.mark if same else "，", stanza)
            )
        return Variant(self.name, tuple(lines), poems=self.poems)

    def padded(self, shape: tuple[int, ...]) -> "Variant | None":
        """Return the variant with lines lengthened to these lengths, to fit a 曲 with 衬字.

        A lengthened line is constrained only by its last tone and its rhyme. The result is None if
        the number of lines differs, or if a line would become shorter, or longer by more than six
        characters.
        """
        if len(shape) != len(self.lines):
            return None
        over = [size - len(line) for size, line in zip(shape, self.lines, strict=True)]
        if not all(0 <= more <= _MOST_PADDING for more in over):
            return None
        lines = (
            replace(line, patterns=("中" * (size - 1) + line.patterns[0][-1],)) if more else line
            for size, line, more in zip(shape, self.lines, over, strict=True)
        )
        return Variant(self.name, tuple(lines), poems=self.poems)


@dataclass(frozen=True)
class Form:
    """A verse form; a poem keeps it if it keeps one of its variants."""

    name: str
    kind: str
    """One of 近体诗, 古体诗, 词, 曲, 对联, 诗经, 姓名, 歌词 and 模板."""
    variants: tuple[Variant, ...]
    book: str = "pingshui"
    """Key of the rhyme book used unless another is requested."""
    note: str = ""
    aliases: tuple[str, ...] = ()

    def variant_named(self, name: str) -> Variant:
        """Return the variant of this name, or the first variant whose name begins or ends with it.

        For example, 仄韵 selects the first variant in oblique rhyme, and 李清照体 selects
        仄韵李清照体.

        Raises:
            OptionError: There is no such variant.
        """
        for variant in self.variants:
            if variant.name == name:
                return variant
        for variant in self.variants:
            if name and (variant.name.startswith(name) or variant.name.endswith(name)):
                return variant
        known = ", ".join(variant.name for variant in self.variants)
        raise OptionError(
            f"{self.name} has no variant {name!r}",
            code="variant.unknown",
            values={
                "form": self.name,
                "variant": name,
                "known": [variant.name for variant in self.variants],
            },
            hint=f"choose one of: {known}",
        )
