"""What a verse form asks, as values: lines, tones, rhyme, punctuation.

Knows nothing of models, rhyme books' content or how forms are kept on disk.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from charbard.errors import OptionError

__all__ = ["Echo", "Form", "Line", "Variant"]


class Echo(NamedTuple):
    """A place that holds the character of an earlier one. Lines and places count from 0.

    Both must ask the same tone in every pattern, since nothing else can be written there.
    """

    line: int
    place: int
    of_line: int
    of_place: int


@dataclass(frozen=True)
class Line:
    """One line of verse."""

    patterns: tuple[str, ...]
    """Strings over 平 (level), 仄 (oblique) and 中 (free), all of one length. The line fits if it
    fits one of them, in some reading of each character."""
    rhyme: str | None = None
    """Key of the rhyme its last character takes part in: lines of one key rhyme with each other
    in the chosen book, in the reading that fits the tone. None asks no rhyme."""
    mark: str = "。"
    """The punctuation behind it; may be empty."""
    ends_stanza: bool = False

    def __len__(self) -> int:
        return len(self.patterns[0])

    def __post_init__(self) -> None:
        assert self.patterns, "a line without a pattern"
        assert len(set(map(len, self.patterns))) == 1, "patterns of different lengths"
        assert set("".join(self.patterns)) <= set("平仄中"), "a pattern is over 平, 仄 and 中"


@dataclass(frozen=True)
class Variant:
    """One way to fill a form, such as 平起首句入韵."""

    name: str
    lines: tuple[Line, ...]
    echoes: tuple[Echo, ...] = ()

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Characters in each line."""
        return tuple(map(len, self.lines))

    @cached_property
    def rhyme_groups(self) -> tuple[tuple[int, ...], ...]:
        """Lines, from 0, that rhyme together; in the order of their first line."""
        keys: dict[str, list[int]] = {}
        for number, line in enumerate(self.lines):
            if line.rhyme is not None:
                keys.setdefault(line.rhyme, []).append(number)
        return tuple(map(tuple, keys.values()))


@dataclass(frozen=True)
class Form:
    """A verse form: a poem keeps it if it keeps one of its variants."""

    name: str
    kind: str
    """近体诗, 古体诗, 词, 对联, 诗经, 姓名, 歌词 or 模板."""
    variants: tuple[Variant, ...]
    book: str = "pingshui"
    """Key of the rhyme book used unless another is asked for."""
    note: str = ""
    aliases: tuple[str, ...] = ()

    def variant_named(self, name: str) -> Variant:
        """The variant of this name.

        Raises:
            OptionError: There is none.
        """
        for variant in self.variants:
            if variant.name == name:
                return variant
        known = ", ".join(variant.name for variant in self.variants)
        raise OptionError(f"{self.name} has no variant {name!r}", hint=f"choose one of: {known}")
