"""Findings of a check: the rule, the place, and what would be allowed there."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["RULES", "Finding", "Rule"]


@dataclass(frozen=True)
class Rule:
    """A rule of verse: its Chinese name, and a short statement in English and in Chinese."""

    name: str
    says: str
    says_zh: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        # broken
        "lines": Rule("句数", "the form has another number of lines", "句数与体裁不同"),
        "length": Rule("字数", "the line has another number of characters", "字数与体裁不同"),
        "tone": Rule("平仄", "a fixed position has the other tone", "此处平仄相反"),
        "lone-level": Rule(
            "孤平", "one level character stands alone between oblique ones", "除韵脚外只剩一个平声"
        ),
        "three-level": Rule("三平尾", "the last three characters are all level", "句末三字皆平"),
        "opposition": Rule(
            "失对",
            "the second line of a couplet repeats the tones of the first",
            "对句与出句平仄重复",
        ),
        "adhesion": Rule(
            "失粘", "a couplet does not take up the tones of the one before", "与上一联不相粘"
        ),
        "rhyme": Rule("出韵", "the line does not rhyme with the others", "与别的韵脚不同韵"),
        "sentence": Rule(
            "句长", "the sentence has another number of characters", "此韵的字数与词谱不同"
        ),
        # legal, but worth a note
        "special": Rule("特拗", "平平仄平仄 stands for 平平平仄仄", "平平仄平仄代平平平仄仄，合法"),
        "self-rescue": Rule(
            "孤平拗救",
            "a level third-last character saves the line",
            "本句第三字（七言第五字）用平自救，合法",
        ),
        "rescue": Rule(
            "大拗对句救",
            "the answering line makes good an oblique fourth character",
            "对句相救，合法",
        ),
        "small-rescue": Rule(
            "小拗对句救",
            "the answering line makes good an oblique third one",
            "小拗，对句相救，合法",
        ),
        "three-oblique": Rule(
            "三仄尾", "the last three characters are all oblique", "句末三字皆仄，可容"
        ),
        "neighbour": Rule(
            "首句借韵", "the first line borrows a neighbouring rhyme", "首句借邻韵，可容"
        ),
        "rare": Rule(
            "罕读",
            "the place is kept by a reading that verse rarely uses",
            "此处须用罕见读音",
        ),
        "old-rhyme": Rule(
            "依平水韵",
            "rhymes in the 平水韵, not in the 词林正韵",
            "在平水韵同韵，在词林正韵不同部，可容",
        ),
        "mixed-rhyme": Rule(
            "邻部通押",
            "rhymes in a part that Song poets mix with this one",
            "宋人常通押的邻部，可容",
        ),
        "entering": Rule(
            "入派三声",
            "rhymes in speech, as 曲 rhyme an entering tone with the others",
            "入声在曲中派入三声，可容",
        ),
        "padding": Rule(
            "衬字",
            "the line holds more characters than the form asks, as 曲 may",
            "此句有衬字，曲中可容",
        ),
        "division": Rule(
            "句读",
            "the sentence is divided otherwise than the form has it",
            "此韵断句与词谱不同，可容",
        ),
        "repeat": Rule("重韵", "a rhyme word comes again", "韵字重出"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule in a poem, or a legal peculiarity that is worth a note."""

    rule: str
    """Key of the rule in `RULES`."""
    line: int
    """1-based number of the line; 0 for the poem as a whole."""
    place: int | None = None
    """1-based number of the character in the line; None for the line as a whole."""
    allowed: str = ""
    """What would keep the rule: a tone, a tone and a rhyme, or a number of characters or lines. May
    be empty in a legal finding."""
    legal: bool = False
