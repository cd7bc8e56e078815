"""Bodies of requests. Their defaults, limits and descriptions come from the configs."""

import dataclasses
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from charbard.config import CoupletOrder, NameOrder, SampleOptions, TextOrder, VerseOrder
from charbard.config.declare import hints_of
from charbard.writer import SCOPES

__all__ = [
    "AlternativesBody",
    "Body",
    "CoupletBody",
    "NamesBody",
    "NextBody",
    "PoemBody",
    "ProseBody",
    "RewriteBody",
    "ScoreBody",
    "VerseBody",
    "body_from",
    "from_setting",
]


def from_setting(config: type, name: str, **more: Any) -> Any:
    """Return a field with the default, range and help of a config's setting."""
    declared = next(field for field in dataclasses.fields(config) if field.name == name)
    limits = declared.metadata
    default = None if declared.default is dataclasses.MISSING else declared.default
    if choices := limits["choices"]:
        more.setdefault("json_schema_extra", {"enum": list(choices)})
    return Field(
        default, description=limits["help"], ge=limits["minimum"], le=limits["maximum"], **more
    )


class Body(BaseModel):
    """Base of the bodies: refuses unknown fields, and numbers given as strings."""

    model_config = ConfigDict(extra="forbid", strict=True, str_max_length=200_000)

    def settings(self, config: type) -> dict[str, Any]:
        """Return the fields that the client sent and that a config has, with lists as tuples."""
        hints = hints_of(config)
        said_here = self.model_dump(exclude_unset=True)
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in said_here.items()
            if name in hints
        }


def body_from(
    name: str,
    config: type,
    *,
    base: type[Body] = Body,
    leave_out: Collection[str] = (),
    longest: Mapping[str, int] = MappingProxyType({}),
) -> type[Body]:
    """Create a body with every setting that a config declares.

    Args:
        name: Name of the body.
        config: A config whose fields are settings.
        base: Body that the new one extends.
        leave_out: Settings that the body lacks or declares differently.
        longest: Maximum number of characters of each setting that is a text, by name.
    """
    hints = hints_of(config)
    settings: dict[str, Any] = {
        field.name: (
            hints[field.name],
            from_setting(config, field.name, max_length=longest.get(field.name)),
        )
        for field in dataclasses.fields(config)
        if field.metadata and field.name not in leave_out
    }
    return create_model(name, __base__=base, **settings)


_MODEL = "Name or digest of a model; none: the first one that can."
_SEED = "Repeat a text exactly; none: a fresh one, which is told."
_STREAM = "Answer in JSON lines while the text comes about."
_SILENCED = "Units that are switched off, as layer.unit, counted from 0."
_LINES = (
    "The lines there are, from the first; _ for each open character where a later one is given."
)
_LONGEST: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("form", "opening", "template", "banned"), 2000),
        **dict.fromkeys(("theme", "words", "acrostic_at"), 100),
        **dict.fromkeys(("variant", "rhyme", "first", "second"), 40),
        **dict.fromkeys(("book", "dynasty", "author", "acrostic", "like"), 20),
        **{"surname": 4, "gender": 1, "given": 8, "tones": 8},
    }
)
"""Maximum number of characters of each text in an order for verse."""
_OF_VERSE = ("titled", "opening", "acrostic", "acrostic_at", "template", "candidates")
"""Settings of `VerseOrder` that do not apply to a poem that already exists."""


class Seeded(Body):
    """Fields of every request for a text."""

    model: str | None = Field(None, max_length=200, description=_MODEL)
    seed: int | None = Field(None, ge=0, le=2**53, description=_SEED)


if TYPE_CHECKING:
    Sampled = Body
    PoemFields = Seeded
    CoupletFields = Seeded
    NameFields = Seeded
else:
    Sampled = body_from("Sampled", SampleOptions)
    PoemFields, CoupletFields, NameFields = (
        body_from(
            config.__name__,
            config,
            base=Seeded,
            leave_out=("seed", "candidates", *leave_out),
            longest=_LONGEST,
        )
        for config, leave_out in ((VerseOrder, _OF_VERSE), (CoupletOrder, ()), (NameOrder, ()))
    )


class ProseBody(Sampled):
    """A request for free text."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"prime": "Once upon", "length": 200, "temperature": 0.8}}
    )

    model: str | None = Field(None, description=_MODEL)
    prime: str = from_setting(TextOrder, "prime")
    fields: dict[str, str] = Field({}, description="Conditions by name, for models with fields.")
    length: int = from_setting(TextOrder, "length")
    finish_line: bool = from_setting(TextOrder, "finish_line")
    stop: list[str] = Field([], max_length=16, description="Stop when one of these is written.")
    samples: int = from_setting(TextOrder, "samples")
    best_of: int = from_setting(TextOrder, "best_of")
    guidance: float = from_setting(TextOrder, "guidance")
    spelling: bool | None = from_setting(TextOrder, "spelling")
    silenced: list[str] = Field([], max_length=64, description=_SILENCED)
    seed: int | None = Field(None, ge=0, le=2**53, description=_SEED)
    stream: bool = Field(False, description=_STREAM)


class ScoreBody(Body):
    """A text to score."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "To be, or not to be"}})

    model: str | None = Field(None, description=_MODEL)
    text: str = Field(min_length=1, description="The text.")
    top: int = Field(5, ge=0, le=20, description="Alternatives to name for each character.")


class PoemOrder(PoemFields):
    """The order of a poem: every field of `VerseOrder` that shapes a single poem."""

    like: str | None = Field(
        None, max_length=2000, description="A poem whose form it has, instead of `form`."
    )
    book: str | None = from_setting(VerseOrder, "book", max_length=_LONGEST["book"])


class VerseBody(PoemOrder):
    """A request for poems."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"form": "七绝", "theme": "秋夜", "acrostic": "春江花月"}}
    )

    titled: bool = from_setting(VerseOrder, "titled")
    opening: str = from_setting(VerseOrder, "opening", max_length=_LONGEST["opening"])
    acrostic: str = from_setting(VerseOrder, "acrostic", max_length=_LONGEST["acrostic"])
    acrostic_at: str = from_setting(VerseOrder, "acrostic_at", max_length=_LONGEST["acrostic_at"])
    template: str = from_setting(VerseOrder, "template", max_length=_LONGEST["template"])
    locks: list[str] = Field([], max_length=200, description="Characters as line.place=char.")
    bans: list[str] = Field([], max_length=200, description="Barred there, as line.place=chars.")
    candidates: int = from_setting(VerseOrder, "candidates")
    silenced: list[str] = Field([], max_length=64, description=_SILENCED)
    stream: bool = Field(False, description=_STREAM)


class NextBody(PoemOrder):
    """A request for candidates for the first open line of a poem."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"form": "七绝", "lines": ["春风又绿江南岸"]}}
    )

    lines: list[str] = Field([], max_length=60, description=_LINES)
    candidates: int = from_setting(VerseOrder, "candidates")


class PoemBody(PoemOrder):
    """A poem with its order."""

    lines: list[str] = Field(min_length=1, max_length=60, description="Lines without marks.")
    line: int = Field(ge=1, le=60, description="Which line, from 1.")


class AlternativesBody(PoemBody):
    """A place in a poem."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "form": "五绝",
                "lines": ["白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼"],
                "line": 2,
                "place": 5,
            }
        }
    )

    place: int = Field(ge=1, le=60, description="Which character of it, from 1.")
    top: int = Field(12, ge=1, le=60, description="How many characters to name.")


class RewriteBody(PoemBody):
    """A part of a poem to rewrite."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "form": "五绝",
                "lines": ["白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼"],
                "line": 3,
                "scope": "this",
                "locked": ["3.1"],
            }
        }
    )

    place: int | None = Field(None, ge=1, le=60, description="Which character; none: the line.")
    scope: str = Field(
        "this",
        json_schema_extra={"enum": list(SCOPES)},
        description=(
            "this: that character or line; neighbours: what stands around it, too; open: all of it."
        ),
    )
    locked: list[str] = Field([], max_length=500, description="Places that stay, as line.place.")
    candidates: int = from_setting(VerseOrder, "candidates")
    stream: bool = Field(False, description=_STREAM)


class CoupletBody(CoupletFields):
    """A given first or second line of a couplet."""

    model_config = ConfigDict(json_schema_extra={"example": {"first": "春风吹绿柳"}})

    candidates: int = from_setting(CoupletOrder, "candidates")


class NamesBody(NameFields):
    """A request for names."""

    model_config = ConfigDict(json_schema_extra={"example": {"surname": "李", "length": 2}})

    candidates: int = from_setting(NameOrder, "candidates")
