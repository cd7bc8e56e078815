"""The time-lapse of a training run: texts with the same seed at each snapshot."""

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from charbard.config import NameOrder, SampleOptions, TextOrder, VerseOrder
from charbard.errors import NotFoundError
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.web.answers import LINES
from charbard.web.flow import Facts, Lines, collect, in_thread, result_of
from charbard.web.routes.prose import whole_texts
from charbard.web.schemas import Seeded, from_setting
from charbard.web.state import Here
from charbard.writer import Writer, fresh_seed, names

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["inside"])
_LONGEST = 400
"""Maximum number of characters of prose at each snapshot."""
_MOST = 24
"""Maximum number of snapshots in one response; a longer list is thinned evenly."""


class GrowthBody(Seeded):
    """What to write with every snapshot."""

    model_config = ConfigDict(json_schema_extra={"example": {"form": "七绝", "seed": 7}})

    form: str = from_setting(VerseOrder, "form", max_length=200)
    theme: str = from_setting(VerseOrder, "theme", max_length=100)
    prime: str = from_setting(TextOrder, "prime", max_length=200)
    surname: str = from_setting(NameOrder, "surname", max_length=4)
    length: int = Field(200, ge=1, le=_LONGEST, description="Characters of prose.")
    most: int = Field(12, ge=2, le=_MOST, description="Snapshots, at even steps, first and last.")
    stream: bool = Field(False, description="Answer in JSON lines, one snapshot after the other.")


@router.post("/growth", response_model=None, responses=LINES)
async def growth(
    body: GrowthBody, request: Request, studio: Here
) -> Response | dict[str, Any] | None:
    """A text with the same seed from each snapshot of a model, from the first to the last.

    Each is `{"snapshot", "of", "step", "units", "minutes", "loss", "text"}`, with `lines` and
    `marks` where it is verse; the loss is in nats per character, null before its first measurement.
    A model has snapshots if it was trained with `--snapshots N` and is served from its run's
    folder; the shipped model of verse has those of a smaller network: see `snapshots` in
    `/api/models`. With `stream` each is a line; the last one is `{"done", "seed", "model"}`.
    """
    opened = studio.library.find(body.model)
    seed = fresh_seed(body.seed)
    end = {"seed": seed, "model": opened.name}

    async def facts() -> Facts:
        async with aclosing(_snapshots(studio, opened, body, seed)) as snapshots:
            async for one in snapshots:
                yield one
        yield {"done": True, **end}

    async def whole() -> dict[str, Any]:
        async with aclosing(_snapshots(studio, opened, body, seed)) as snapshots:
            return {**end, "snapshots": [one async for one in snapshots]}

    return Lines(studio, facts()) if body.stream else await collect(studio, request, whole)


async def _snapshots(studio: Studio, opened: ServedModel, body: GrowthBody, seed: int) -> Facts:
    """Yield the text of each snapshot; one snapshot is loaded at a time, to bound memory."""
    paths = _some(opened.snapshots(), body.most)
    if not paths:
        raise NotFoundError(
            f"model {opened.name!r} has no snapshots",
            code="growth.none",
            values={"model": opened.name},
            hint="train it with: charbard train TEXT --snapshots 12; then serve its run's folder",
        )
    for number, path in enumerate(paths):
        async with studio.opening:
            studio.check_running()
            writer = await in_thread(studio, Writer.open, path)
            snapshot = ServedModel(opened.name, writer, path)
            try:
                written = await _written(studio, snapshot, body, seed)
            finally:
                await in_thread(studio, snapshot.close)
        yield {"snapshot": number, "of": len(paths), **_about(snapshot), **written}


def _some(paths: Sequence[Path], most: int) -> list[Path]:
    """Thin a list evenly, keeping the first and the last."""
    if len(paths) <= most:
        return list(paths)
    return [paths[round(at * (len(paths) - 1) / (most - 1))] for at in range(most)]


def _about(snapshot: ServedModel) -> dict[str, Any]:
    told = snapshot.bundle.provenance
    loss = snapshot.bundle.scores.get("validation_nats")
    return {
        "step": told.get("steps"),
        "units": snapshot.bundle.config.hidden_size,
        "minutes": round(told.get("seconds", 0) / 60, 2),
        "loss": None if loss is None else round(loss, 4),
    }


async def _written(
    studio: Studio, snapshot: ServedModel, body: GrowthBody, seed: int
) -> dict[str, Any]:
    """Write with one snapshot; prose stops at a blocked word, and verse or names with one are
    left out."""
    if snapshot.kind == "prose":
        text = TextOrder(
            prime=body.prime,
            length=body.length,
            finish_line=True,
            stop=studio.config.blocked,
            seed=seed,
            options=SampleOptions(temperature=0.8),
        )
        (written,) = await whole_texts(studio, snapshot, text)
        return {"text": str(written)}
    if snapshot.kind == "names":
        work = names.program(snapshot.verse, NameOrder(surname=body.surname, seed=seed))
        each = await result_of(studio, snapshot, work)
        return {"text": "，".join(poem.text for poem in each if not studio.blocks(poem.text))}
    order = VerseOrder(
        form=body.form, theme=body.theme, titled=False, candidates=1, drafts=1, seed=seed
    )
    request = await in_thread(studio, snapshot.verse.request, order)
    (poem,) = await result_of(studio, snapshot, snapshot.verse.poems.program(request))
    if studio.blocks(poem.text):
        return {"text": "", "lines": [], "marks": [], "stanza_ends": []}
    shown = poem.to_dict()
    return {name: shown[name] for name in ("text", "lines", "marks", "stanza_ends")}
