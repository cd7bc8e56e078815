"""Free text, whole or streamed; and scores of given texts."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray

from charbard.config import SampleOptions, TextOrder, from_dict
from charbard.errors import facts_of
from charbard.runtime import without_units
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.web.answers import LINES
from charbard.web.flow import Facts, Lines, collect, in_thread, performed, result_of
from charbard.web.routes.inside import unit_named
from charbard.web.schemas import ProseBody, ScoreBody
from charbard.web.state import Here
from charbard.writer import Piece, Written, fresh_seed

__all__ = ["pieces", "router", "text_order", "whole_texts"]

router = APIRouter(prefix="/api", tags=["prose"])


@router.post("/prose", response_model=None, responses=LINES)
async def prose(
    body: ProseBody, request: Request, studio: Here
) -> Response | dict[str, Any] | None:
    """Continue a text.

    With `stream`, each line of the response is `{"sample", "text", "logp"}`, the last one
    `{"done", "seed", "model", "prime", "notes"}` or `{"error", "hint"}`.
    """
    order = text_order(studio, body)
    opened = studio.library.find(body.model)
    keep_LH = None
    if body.silenced:
        units = [unit_named(unit) for unit in body.silenced]
        keep_LH = without_units(opened.bundle.config, units)
    if body.stream:
        return Lines(studio, _facts(studio, opened, order, keep_LH))
    return await collect(studio, request, lambda: _whole(studio, opened, order, keep_LH))


@router.post("/score")
async def score(body: ScoreBody, request: Request, studio: Here) -> dict[str, Any] | None:
    """Score each character of a text by its likelihood, and list likelier ones."""
    opened = studio.library.find(body.model)
    studio.check_limit("text", len(body.text), studio.config.max_length)
    return await collect(studio, request, lambda: in_thread(studio, _scored, opened, body))


def text_order(studio: Studio, body: ProseBody) -> TextOrder:
    """Build the text order from a request body, checked against the configs and server limits.

    Raises:
        OptionError: A value is out of range.
    """
    studio.check_limit("length", body.length, studio.config.max_length)
    studio.check_limit("samples", body.samples, studio.config.max_samples)
    studio.check_limit(
        "samples times best_of", body.samples * body.best_of, studio.config.max_samples
    )
    settings = body.settings(TextOrder) | {
        "fields": tuple(body.fields.items()),
        "stop": (*body.stop, *studio.config.blocked),
        "seed": fresh_seed(body.seed),
        "options": from_dict(SampleOptions, body.settings(SampleOptions)),
    }
    return from_dict(TextOrder, settings)


async def pieces(
    studio: Studio,
    opened: ServedModel,
    order: TextOrder,
    keep_LH: NDArray[np.float32] | None = None,
) -> AsyncGenerator[Piece, None]:
    """Yield the pieces of all texts of an order, interleaved; `keep_LH` can ablate units."""
    values = performed(studio, opened, opened.writer.whole.program(order), keep_LH)
    async with aclosing(values):
        async for piece in values:
            if isinstance(piece, Piece) and piece.text:
                yield piece


async def whole_texts(
    studio: Studio,
    opened: ServedModel,
    order: TextOrder,
    keep_LH: NDArray[np.float32] | None = None,
) -> list[Written]:
    """Return every text of an order."""
    program = opened.writer.whole.program(order)
    return await result_of(studio, opened, program, keep_LH)


async def _facts(
    studio: Studio, opened: ServedModel, order: TextOrder, keep_LH: NDArray[np.float32] | None
) -> Facts:
    async with aclosing(pieces(studio, opened, order, keep_LH)) as growing:
        async for piece in growing:
            yield {"sample": piece.sample, "text": piece.text, "logp": _rounded(piece.logp)}
    yield {"done": True, **_end(opened, order)}


async def _whole(
    studio: Studio, opened: ServedModel, order: TextOrder, keep_LH: NDArray[np.float32] | None
) -> dict[str, Any]:
    texts = await whole_texts(studio, opened, order, keep_LH)
    shown = [{"text": text.text, "logp": _rounded(text.logp)} for text in texts]
    return {"texts": shown, **_end(opened, order)}


def _rounded(logp: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in logp]


def _end(opened: ServedModel, order: TextOrder) -> dict[str, Any]:
    return {
        "seed": order.seed,
        "model": opened.name,
        "digest": opened.bundle.digest,
        "prime": opened.writer.understood(order),
        "notes": [facts_of(note) for note in opened.writer.notes(order)],
    }


def _scored(opened: ServedModel, body: ScoreBody) -> dict[str, Any]:
    result = opened.writer.score(body.text, top=body.top)
    return {
        "model": opened.name,
        "nats_per_char": round(result.nats_per_char, 4),
        "perplexity": round(result.perplexity, 3),
        "notes": [facts_of(note) for note in result.notes],
        "chars": [
            {
                "char": char.char,
                "logp": round(char.logp, 4),
                "expected": [[other, round(logp, 4)] for other, logp in char.expected],
            }
            for char in result.chars
        ],
    }
