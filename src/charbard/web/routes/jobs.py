"""Training jobs: submit a text, follow the training run, use the model."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field
from starlette.datastructures import UploadFile
from starlette.responses import PlainTextResponse

from charbard.errors import NotFoundError, OptionError
from charbard.studio.examples import EXAMPLES, example
from charbard.studio.job import Tail, thinned
from charbard.studio.studio import Studio
from charbard.studio.submitted import FEWEST_CHARS
from charbard.studio.workshop import LEAST_MINUTES, TrainingOrder, Workshop
from charbard.web.flow import Facts, Lines, in_thread
from charbard.web.schemas import Body
from charbard.web.state import Here

__all__ = ["router", "workshop_limits"]

router = APIRouter(prefix="/api/jobs", tags=["training jobs"])
_POLL_S = 0.25
_QUIET_S = 5.0
"""Seconds between keep-alive lines, without which a proxy may drop the connection."""
_MINUTES = 3.0
_ABOUT_MINUTES = "How long it may take, everything included."
_ABOUT_NAME = "What the model shall be called; none: text, or text-2 …"
Number = Annotated[str, Path(description="The id of a training.", examples=["5f0c2a9be471"])]
EXAMPLE = {
    "id": "5f0c2a9be471",
    "name": "diary",
    "minutes": 3.0,
    "chars": 48210,
    "began": "2026-01-31T08:15:00.000+00:00",
    "state": "training",
    "digest": "",
    "model": None,
    "resumable": False,
}
_TOLD: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": EXAMPLE}}},
    409: {"description": "Another training is running."},
    413: {"description": "The text is too large."},
    422: {"description": "The text is empty, too short or not text, or a value is out of range."},
}


_RESUMED = _TOLD | {422: {"description": "It is over, or nothing is left to go on from."}}


class JobBody(Body):
    """A text to train on."""

    model_config = ConfigDict(
        str_max_length=None,
        json_schema_extra={
            "example": {"text": "Once upon a time …", "minutes": 3, "name": "tales"}
        },
    )

    text: str = Field(description="The text; a few thousand characters or more.")
    minutes: float = Field(_MINUTES, ge=LEAST_MINUTES, description=_ABOUT_MINUTES)
    name: str = Field("", max_length=200, description=_ABOUT_NAME)


@router.get("", responses={200: {"content": {"application/json": {"example": [EXAMPLE]}}}})
async def jobs(studio: Here) -> dict[str, Any]:
    """List the stored training jobs, the running one first, then the newest, and the limits."""
    workshop = _workshop(studio)
    told = [workshop.about(job) for job in workshop.jobs()]
    return {"jobs": told, "limits": workshop_limits(workshop)}


@router.post("", responses=_TOLD)
async def train(body: JobBody, studio: Here) -> dict[str, Any]:
    """Train a model on a text that is part of the JSON body."""
    content = body.text.encode("utf-8", "replace")
    return await _started(studio, TrainingOrder(content, body.minutes, body.name))


@router.post(
    "/file",
    responses=_TOLD,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/plain": {"schema": {"type": "string", "format": "binary"}},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    }
                },
            },
        }
    },
)
async def train_file(
    request: Request,
    studio: Here,
    minutes: Annotated[
        float, Query(ge=LEAST_MINUTES, allow_inf_nan=False, description=_ABOUT_MINUTES)
    ] = _MINUTES,
    name: Annotated[str, Query(max_length=200, description=_ABOUT_NAME)] = "",
) -> dict[str, Any]:
    """Train a model on a file: the body is the raw file or a multipart form that contains it."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        content, filename = await _part(request)
        return await _started(studio, TrainingOrder(content, minutes, name or filename))
    return await _started(studio, TrainingOrder(await request.body(), minutes, name))


@router.get("/examples/{name}", response_class=PlainTextResponse)
def example_text(
    name: Annotated[str, Path(description="words or code.", examples=["words"])],
) -> str:
    """A text to try training on: the words of classical verse, or this program's own source."""
    return example(name)


@router.get("/{number}", responses={200: _TOLD[200]})
async def job(number: Number, studio: Here) -> dict[str, Any]:
    """One training job: its state is training, finished, stopped, interrupted or failed."""
    workshop = _workshop(studio)
    return workshop.about(workshop.find(number))


@router.get("/{number}/events", response_class=Response)
async def events(number: Number, studio: Here) -> Response:
    """Stream the progress of a training job as JSON lines, always from its beginning to its end.

    The first line is `{"job"}`; then come `{"progress"}`, `{"validation"}`, `{"sample"}`,
    `{"notice"}` and, when there is no news, `{"waiting"}`; the last one is `{"done", …}` with the
    fields of the training, or `{"error", "hint"}`.
    """
    workshop = _workshop(studio)
    facts = _facts(studio, workshop, number)
    return Lines(studio, facts, slots=workshop.watchers, breaks_off=False)


@router.post("/{number}/stop", responses={200: _TOLD[200]})
async def stop(number: Number, studio: Here) -> dict[str, Any]:
    """End a training job early. What it has learned so far is saved and can be used to write."""
    workshop = _workshop(studio)
    return workshop.about(await workshop.stop(number))


@router.post("/{number}/resume", responses=_RESUMED)
async def resume(number: Number, studio: Here) -> dict[str, Any]:
    """Resume a training job that a server shutdown or an error interrupted, for its remaining time.

    This is possible if `resumable` is true: its text and a checkpoint are still there then.
    """
    workshop = _workshop(studio)
    studio.check_running()
    return workshop.about(await workshop.resume(number))


@router.delete("/{number}")
async def remove(number: Number, studio: Here) -> dict[str, str]:
    """Delete a training job with its text and its model; if it is running, it is stopped first."""
    await _workshop(studio).remove(number)
    return {"removed": number}


def workshop_limits(workshop: Workshop) -> dict[str, Any]:
    """Return the limits on submitted texts."""
    config = workshop.config
    return {
        "text_bytes": config.workshop_bytes,
        "fewest_chars": FEWEST_CHARS,
        "minutes": [LEAST_MINUTES, config.workshop_minutes],
        "kept": config.workshop_kept,
        "examples": list(EXAMPLES),
    }


def _workshop(studio: Studio) -> Workshop:
    if studio.workshop is None:
        raise NotFoundError(
            "this studio has no workshop",
            code="workshop.none",
            hint="open it with: charbard serve --workshop",
        )
    return studio.workshop


async def _part(request: Request) -> tuple[bytes, str]:
    """Return (content, name) of the file in a form.

    Raises:
        OptionError: The form has no file, or several.
    """
    async with request.form() as form:
        files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        if len(files) != 1:
            raise OptionError(
                f"the form has {len(files)} files, one is needed",
                code="upload.files",
                values={"count": len(files)},
                hint="for example: curl -F file=@my.txt, or --data-binary @my.txt for the file"
                " alone",
            )
        return await files[0].read(), files[0].filename or ""


async def _started(studio: Studio, order: TrainingOrder) -> dict[str, Any]:
    workshop = _workshop(studio)
    studio.check_running()
    return workshop.about(await workshop.start(order))


async def _facts(studio: Studio, workshop: Workshop, number: str) -> Facts:
    job = workshop.find(number)
    yield {"job": workshop.about(job)}
    tail, quiet_s = Tail(workshop.place(job).log), 0.0
    while True:
        job = workshop.find(
            number
        )  # Read the state before the log: then everything logged before the end is sent.
        news = thinned(await in_thread(studio, tail.facts))
        quiet_s = 0.0 if news else quiet_s + _POLL_S
        if quiet_s >= _QUIET_S:
            news, quiet_s = [{"waiting": True}], 0.0
        for fact in news:
            yield fact
        if job.is_over:
            break
        studio.check_running()
        await asyncio.sleep(_POLL_S)
    yield {"done": True, **workshop.about(job)}
