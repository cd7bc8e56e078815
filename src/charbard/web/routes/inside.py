"""Inspect units while they read a text; show lines in traditional script, pinyin and English."""

from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, StringConstraints

from charbard.errors import OptionError, facts_of
from charbard.prosody.script import to_traditional, words_to_traditional
from charbard.studio.library import ServedModel
from charbard.web.flow import collect, in_thread
from charbard.web.schemas import Body
from charbard.web.state import Here
from charbard.writer.inspect.insight import Tracker, look_inside
from charbard.writer.verse.display import pinyin_of_poem
from charbard.writer.verse.gloss import HINT, SOURCE, glosses, has_dictionary

__all__ = ["router", "unit_named"]

router = APIRouter(prefix="/api", tags=["inside"])
_MOST_CHARS = 600
"""Maximum number of characters of an inspected text."""
_LOOKS, _FAINTEST = 5, 0.02
"""Maximum number of attended places reported for a character, and minimum share of attention."""


class InsightBody(Body):
    """A text to analyse."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "白日依山尽，黄河入海流。"}})

    model: str | None = Field(None, max_length=200, description="Name or digest of a model.")
    text: str = Field(min_length=2, max_length=_MOST_CHARS, description="The text.")
    units: list[str] = Field([], max_length=32, description="Units to show, as layer.unit.")
    top: int = Field(5, ge=1, le=20, description="Units to name for each thing tracked.")


class ShowBody(Body):
    """Lines to show in traditional characters and pinyin."""

    model_config = ConfigDict(json_schema_extra={"example": {"texts": ["白发三千丈"]}})

    texts: list[Annotated[str, StringConstraints(max_length=2000)]] = Field(
        max_length=500, description="The lines of one poem, in simplified characters."
    )
    plain: bool = Field(
        False, description="Words of today, not verse: converted by phrases, without readings."
    )


@router.post("/insight")
async def insight(body: InsightBody, request: Request, studio: Here) -> dict[str, Any] | None:
    """Find the units that track the place in a line, its end, the rhyme …, with their outputs."""
    opened = studio.library.find(body.model)
    return await collect(studio, request, lambda: in_thread(studio, _look, opened, body))


@router.post("/show")
def show(body: ShowBody) -> dict[str, Any]:
    """Return the lines of a poem in traditional characters, with the modern reading of each.

    Of several readings it is the one that fits the place's tone and the poem's rhyme.
    """
    if body.plain:
        plain = [{"text": one, "traditional": words_to_traditional(one)} for one in body.texts]
        return {"texts": plain}
    sounds = pinyin_of_poem(body.texts)
    return {
        "texts": [
            {"text": text, "traditional": to_traditional(text), "pinyin": read}
            for text, read in zip(body.texts, sounds, strict=True)
        ]
    }


class GlossBody(Body):
    """Lines to explain."""

    model_config = ConfigDict(json_schema_extra={"example": {"texts": ["床前明月光"]}})

    texts: list[Annotated[str, StringConstraints(max_length=200)]] = Field(
        max_length=200, description="Lines in simplified characters."
    )


@router.post("/gloss")
def gloss(body: GlossBody) -> dict[str, Any]:
    """What the words of some lines mean in English, with their place, sound and senses.

    Without the extra `gloss` there are no `words`, and `hint` says what to install on the server.
    """
    if not has_dictionary():
        return {"words": [], "source": None, "hint": HINT}
    words = [
        {"line": number, **asdict(word)}
        for number, line in enumerate(body.texts, 1)
        for word in glosses(line)
    ]
    return {"words": words, "source": SOURCE, "hint": None}


def unit_named(text: str) -> tuple[int, int]:
    """Parse a unit, written layer.unit.

    Raises:
        OptionError: The text is not of this form.
    """
    layer, dot, unit = text.partition(".")
    if not (dot and layer.isdecimal() and unit.isdecimal() and len(text) < 12):
        raise OptionError(
            f"no unit {text[:20]!r}",
            code="unit.unreadable",
            values={"text": text[:20]},
            hint="write layer.unit, counted from 0: 0.12",
        )
    return int(layer), int(unit)


def _look(opened: ServedModel, body: InsightBody) -> dict[str, Any]:
    found = look_inside(opened.bundle, opened.writer.network, body.text, top=body.top)
    wanted = [unit_named(unit) for unit in body.units]
    wanted += [(one.layer, one.unit) for some in found.trackers.values() for one in some]
    layers, width = found.values_NLH.shape[1:]
    for layer, unit in wanted:
        if layer >= layers or unit >= width:
            raise OptionError(
                f"no unit {layer}.{unit}",
                code="unit.none",
                values={"unit": unit, "layer": layer, "layers": layers, "units": width},
                hint=f"layers below {layers}, units below {width}",
            )
    return {
        "model": opened.name,
        "text": found.text,
        "layers": layers,
        "hidden_size": width,
        "trackers": {
            name: [_tracker(one) for one in some] for name, some in found.trackers.items()
        },
        "values": {
            f"{layer}.{unit}": found.values_NLH[:, layer, unit].round(3).tolist()
            for layer, unit in dict.fromkeys(wanted)
        },
        "looks": None if found.look_NN is None else [_strongest(row) for row in found.look_NN],
        "notes": [facts_of(note) for note in found.notes],
    }


def _strongest(look_N: NDArray[np.float32]) -> list[tuple[int, float]]:
    """Return the places with the most attention, as (number of the character from 0, share)."""
    places = np.argsort(-look_N, kind="stable")[:_LOOKS]
    return [(int(at), round(float(look_N[at]), 3)) for at in places if look_N[at] >= _FAINTEST]


def _tracker(one: Tracker) -> dict[str, Any]:
    return {"unit": f"{one.layer}.{one.unit}", "correlation": round(one.correlation, 3)}
