"""What a check can find, as values: the rule, the place, what would be allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["RULES", "Finding", "Rule"]


@dataclass(frozen=True)
class Rule:
    """A rule of verse: its Chinese name and what it says, in a few words."""

    name: str
    says: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # broken
        "lines": Rule("句数", "the form has another number of lines"),
        "length": Rule("字数", "the line has another number of characters"),
        "tone": Rule("平仄", "a fixed position has the other tone"),
        "lone-level": Rule("孤平", "one level character stands alone between oblique ones"),
        "three-level": Rule("三平尾", "the last three characters are all level"),
        "opposition": Rule("失对", "the second line of a couplet repeats the tones of the first"),
        "adhesion": Rule("失粘", "a couplet does not take up the tones of the one before"),
        "rhyme": Rule("出韵", "the line does not rhyme with the others"),
        # legal, but worth a word
        "special": Rule("特拗", "平平仄平仄 stands for 平平平仄仄"),
        "self-rescue": Rule("孤平拗救", "a level third-last character saves the line"),
        "rescue": Rule("大拗对句救", "the answering line makes good an oblique fourth character"),
        "small-rescue": Rule("小拗对句救", "the answering line makes good an oblique third one"),
        "three-oblique": Rule("三仄尾", "the last three characters are all oblique"),
        "neighbour": Rule("首句借韵", "the first line borrows a neighbouring rhyme"),
        "repeat": Rule("重韵", "a rhyme word comes again"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a poem."""

    rule: str
    """Key in `RULES`."""
    line: int
    """Line, from 1; 0 for the poem as a whole."""
    place: int | None = None
    """Character in the line, from 1; None for the line as a whole."""
    allowed: str = ""
    """What would be right there; empty for a finding that is legal."""
    legal: bool = False
