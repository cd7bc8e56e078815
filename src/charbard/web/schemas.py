"""Bodies of requests. Defaults, limits and meanings come from the configs, not from here."""

import dataclasses
import typing
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from charbard.config import SampleOptions, TextOrder

__all__ = ["Body", "ProseBody", "ScoreBody", "from_setting", "said"]


def from_setting(config: type, name: str, **more: Any) -> Any:
    """A field whose default, range and meaning are those of a config's setting."""
    declared = next(field for field in dataclasses.fields(config) if field.name == name)
    limits = declared.metadata
    default = None if declared.default is dataclasses.MISSING else declared.default
    if choices := limits["choices"]:
        more.setdefault("json_schema_extra", {"enum": list(choices)})
    return Field(
        default, description=limits["help"], ge=limits["minimum"], le=limits["maximum"], **more
    )


class Body(BaseModel):
    """A body that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", str_max_length=200_000)

    def settings(self, config: type) -> dict[str, Any]:
        """What the client said, as far as it concerns this config; lists as tuples."""
        hints = typing.get_type_hints(config)
        said_here = self.model_dump(exclude_unset=True)
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in said_here.items()
            if name in hints
        }


def said(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Only what has a value."""
    return {name: value for name, value in values if value is not None}


class Sampled(Body):
    """How characters are chosen: every field of `SampleOptions`."""

    temperature: float = from_setting(SampleOptions, "temperature")
    top_k: int | None = from_setting(SampleOptions, "top_k")
    top_p: float | None = from_setting(SampleOptions, "top_p")
    min_p: float | None = from_setting(SampleOptions, "min_p")
    repetition_penalty: float = from_setting(SampleOptions, "repetition_penalty")
    greedy: bool = from_setting(SampleOptions, "greedy")
    banned: str = from_setting(SampleOptions, "banned")


class ProseBody(Sampled):
    """A request for free text."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"prime": "Once upon", "length": 200, "temperature": 0.8}}
    )

    model: str | None = Field(None, description="Name or digest of a model; none: the first one.")
    prime: str = from_setting(TextOrder, "prime")
    fields: dict[str, str] = Field({}, description="Conditions by name, for models with fields.")
    length: int = from_setting(TextOrder, "length")
    finish_line: bool = from_setting(TextOrder, "finish_line")
    stop: list[str] = Field([], max_length=16, description="Stop when one of these is written.")
    samples: int = from_setting(TextOrder, "samples")
    seed: int | None = Field(
        None, ge=0, le=2**53, description="Repeat a text exactly; none: a fresh one, which is told."
    )
    stream: bool = Field(False, description="Answer in JSON lines while the text comes about.")


class ScoreBody(Body):
    """A text to score."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "To be, or not to be"}})

    model: str | None = Field(None, description="Name or digest of a model; none: the first one.")
    text: str = Field(min_length=1, description="The text.")
    top: int = Field(5, ge=0, le=20, description="Alternatives to name for each character.")
