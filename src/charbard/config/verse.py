"""Requests for poems, couplets and names. The same request, bundle and seed give the same text.

Every interface (command line, Python, HTTP) fills in these values, and takes its defaults, limits
and help from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from charbard.config.declare import check, setting
from charbard.config.sample import SampleOptions

__all__ = ["BOLDNESS", "DRAFTS", "GUIDANCE", "REPEATS", "CoupletOrder", "NameOrder", "VerseOrder"]

BOLDNESS = {"稳": 0.4, "平": 0.5, "常": 0.6, "新": 0.75, "奇": 0.95}
"""Temperature of each boldness, from safe to strange."""
NAME_BOLDNESS = {"稳": 0.5, "平": 0.65, "常": 0.8, "新": 0.95, "奇": 1.1}
"""Temperature of each boldness for names. It is higher than for poems, because two characters
leave less room for nonsense."""
REPEATS = ("auto", "free", "rhymes", "none")
DRAFTS = 64
"""Upper limit of `drafts`."""
GUIDANCE = 4.0
"""Upper limit of `guidance`; beyond it a poem degenerates to a list of words on its theme."""


class _Drawn:
    """Base of the requests: how characters are drawn."""

    boldness: str
    temperature: float | None
    min_p: float
    dial: ClassVar[Mapping[str, float]] = BOLDNESS

    @property
    def options(self) -> SampleOptions:
        """Return the sampling options; boldness applies if `temperature` is None."""
        temperature = self.temperature
        if temperature is None:
            temperature = self.dial[self.boldness]
        return SampleOptions(temperature=temperature, min_p=self.min_p or None)


def _boldness() -> str:
    return setting(  # type: ignore[no-any-return]
        "常", "From safe to strange: 稳 平 常 新 奇.", choices=tuple(BOLDNESS)
    )


def _temperature() -> float | None:
    return setting(  # type: ignore[no-any-return]
        None,
        "Boldness as a number, instead of the word; 0 takes the likeliest character.",
        minimum=0.0,
        maximum=10.0,
    )


def _candidates() -> int:
    return setting(  # type: ignore[no-any-return]
        4, "Texts to write, the best first.", minimum=1, maximum=32
    )


def _drafts() -> int:
    return setting(  # type: ignore[no-any-return]
        16,
        "Drafts that are written side by side for each text that is shown; the best one is chosen."
        " More read better and take longer.",
        minimum=1,
        maximum=DRAFTS,
    )


def _min_p(default: float = 0.02) -> float:
    return setting(  # type: ignore[no-any-return]
        default,
        "Never write a character that is less than this share as likely as the likeliest one, which"
        " keeps odd words out; 0: off.",
        minimum=0.0,
        maximum=1.0,
    )


def _seed() -> int:
    return setting(  # type: ignore[no-any-return]
        0, "Repeat a text exactly; the command draws a fresh one.", minimum=0, maximum=2**53
    )


@dataclass(frozen=True, kw_only=True)
class VerseOrder(_Drawn):
    """A request for poems. An empty field, or None, leaves the choice to the writer."""

    form: str = setting("七绝", "Verse form or tune; or line lengths such as 5,5a/7,7a.")
    variant: str | None = setting(None, "One variant of the form, by name.")
    book: str | None = setting(None, "Rhyme book: pingshui, cilin or xinyun; none: the form's own.")
    rhyme: str = setting(
        "",
        "Rhyme by a usual name (东, 一东, 上平一东, 第十二部) or a character in it; several"
        " separated by spaces for forms that change rhyme, _ for one left open.",
    )
    theme: str = setting("", "Theme or title, in the user's words.")
    titled: bool = setting(
        True,
        "Draw a theme by the seed where nothing says what the poem is about: no theme, words,"
        " opening or given character.",
    )
    dynasty: str = setting("", "Dynasty to write like, such as 唐 or 宋, if the model knows it.")
    author: str = setting("", "Poet to write like, if the model knows them.")
    words: str = setting(
        "", "Words that the poem is to use, up to six, separated by spaces or commas: 月 孤舟."
    )
    opening: str = setting("", "What the poem begins with: a character, a line, several lines.")
    acrostic: str = setting("", "Characters to hide in the poem, 2 to 8.")
    acrostic_at: str = setting(
        "head",
        "Where: head, tail, diagonal, a place in every line (3), or places (1.1 2.2 3.3).",
    )
    template: str = setting("", "The poem with _ for each open character; lines as in the form.")
    locks: tuple[str, ...] = ()
    """Fixed characters, each as line.place=char; lines and places are counted from 1."""
    bans: tuple[str, ...] = ()
    """Characters barred from a place, each entry as line.place=chars."""
    banned: str = setting("", "Characters that must not occur, unless given.")
    commonest: int | None = setting(
        None, "Write with the N commonest characters of verse only.", minimum=100
    )
    novel: bool = setting(
        True,
        "Draft a line again that stands in the verse corpus word for word, unless it was given; if"
        " no other comes, it stays, and a note says so.",
    )
    repeats: str = setting(
        "auto",
        "Which characters may occur twice. free: all; rhymes: all but rhyme words; none: only"
        " doubled ones such as 悠悠; auto: none in regulated verse, rhymes elsewhere.",
        choices=REPEATS,
    )
    guidance: float = setting(
        2.0,
        "How closely to keep to what the model is told (theme, dynasty, poet): 1 is off, 2 to 3"
        " keep to it, 4 writes of nothing else. Of no effect where nothing is told.",
        minimum=1.0,
        maximum=GUIDANCE,
    )
    boldness: str = _boldness()
    temperature: float | None = _temperature()
    min_p: float = _min_p()
    candidates: int = _candidates()
    drafts: int = _drafts()
    seed: int = _seed()

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, kw_only=True)
class CoupletOrder(_Drawn):
    """A request for the other line of a couplet and, if wanted, a heading to hang above it."""

    first: str = setting("", "The first line; marks part its phrases.")
    second: str = setting("", "The second line instead: a first one is written to it.")
    heading: bool = setting(False, "Write a heading of four characters (横批), too.")
    book: str = setting("pingshui", "Rhyme book that decides the tones.")
    banned: str = setting("", "Characters that must not occur.")
    boldness: str = _boldness()
    temperature: float | None = _temperature()
    min_p: float = _min_p()
    candidates: int = _candidates()
    drafts: int = _drafts()
    seed: int = _seed()

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, kw_only=True)
class NameOrder(_Drawn):
    """A request for names."""

    dial = NAME_BOLDNESS

    surname: str = setting("", "Surname, of one to three characters.")
    gender: str = setting(
        "", "男 or 女, if the model knows it; empty: either.", choices=("", "男", "女")
    )
    length: int = setting(2, "Characters of the given name.", minimum=1, maximum=3)
    given: str = setting("", "The given name with _ for each open character, such as 子_.")
    tones: str = setting("", "Tones of the given name over 平, 仄 and 中, such as 平仄.")
    like: str = setting("", "Characters to prefer.")
    banned: str = setting("", "Characters that must not occur.")
    unwanted: bool = setting(True, "Leave out characters that no one wants in a name.")
    boldness: str = _boldness()
    temperature: float | None = _temperature()
    min_p: float = _min_p(0.0)
    candidates: int = _candidates()
    seed: int = _seed()

    def __post_init__(self) -> None:
        check(self)
