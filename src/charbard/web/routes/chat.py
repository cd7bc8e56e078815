"""OpenAI's chat interface over a model that only continues texts and has no notion of turns.

The turns are joined into one text, oldest first, each on a line of its own (or with nothing in
between, if the vocabulary has no line break), and the response is what the model writes next.
"""

from time import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from charbard.errors import OptionError
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.web.answers import EVENTS
from charbard.web.flow import Facts, Lines, collect, encode_event, in_thread
from charbard.web.openai import (
    OpenAIBody,
    PromptOrder,
    Token,
    orders_of,
    reason,
    scored_tokens,
    usage,
    whole_texts,
    written,
)
from charbard.web.schemas import Body
from charbard.web.state import Here

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
_DEFAULT_LENGTH = 200


class Part(Body):
    """A part of a turn."""

    type: Literal["text"] = Field(description="Only text is read.")
    text: str


class Turn(Body):
    """One turn of a chat."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part] | None = Field(None, description="None: nothing was said.")
    name: str | None = None


class ChatBody(OpenAIBody):
    """The parameters of the chat interface that a character model can honour."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "model": "english",
                "messages": [{"role": "user", "content": "ROMEO:"}],
                "max_tokens": 40,
            }
        },
    )

    messages: Annotated[list[Turn], Field(min_length=1)] = Field(description="The turns so far.")
    max_tokens: int | None = Field(
        None, ge=0, description=f"Characters to write at most; none: {_DEFAULT_LENGTH}."
    )
    max_completion_tokens: int | None = Field(None, ge=0, description="The same, newer name.")
    logprobs: bool | None = Field(False, description="Name each character's log-probability.")
    top_logprobs: int | None = Field(None, ge=0, le=20, description="Alternatives to name.")

    @property
    def length(self) -> int:
        """Maximum number of characters to write."""
        given = (self.max_completion_tokens, self.max_tokens)
        return next((value for value in given if value is not None), _DEFAULT_LENGTH)

    def prompt(self, opened: ServedModel) -> str:
        """Join the turns into one text."""
        between = "\n" if "\n" in opened.bundle.vocab else ""
        return between.join(map(_text_of, self.messages))

    def orders(self, studio: Studio, opened: ServedModel) -> PromptOrder:
        """Build the order.

        Raises:
            OptionError: A parameter is unsupported or out of range, or requires one that is
                missing.
        """
        if self.top_logprobs is not None and not self.logprobs:
            raise OptionError(
                "top_logprobs is given without logprobs",
                code="openai.logprobs",
                hint="set logprobs to true, too",
            )
        (prompted,) = orders_of(studio, self, [self.prompt(opened)], self.length)
        return prompted


def _text_of(turn: Turn) -> str:
    if isinstance(turn.content, list):
        return "".join(part.text for part in turn.content)
    return turn.content or ""


@router.post("/chat/completions", response_model=None, responses=EVENTS)
async def chat(body: ChatBody, request: Request, studio: Here) -> Response | dict[str, Any] | None:
    """Continue the turns of a chat; with `stream`, as server-sent events."""
    opened = studio.library.find(body.model)
    prompted = body.orders(studio, opened)
    head = {"id": f"chatcmpl-{prompted.order.seed}", "created": int(time()), "model": opened.name}
    if body.stream:
        return Lines(studio, _chunks(studio, opened, body, prompted, head), encode=encode_event)
    return await collect(studio, request, lambda: _answer(studio, opened, body, prompted, head))


async def _answer(
    studio: Studio, opened: ServedModel, body: ChatBody, prompted: PromptOrder, head: dict[str, Any]
) -> dict[str, Any]:
    texts = await whole_texts(studio, opened, [prompted], body.length)
    choices = []
    for index, text in enumerate(texts):
        likely = None
        if body.logprobs:
            likely = await in_thread(studio, _logprobs, opened, body, prompted, text, 0)
        choices.append(
            {
                "index": index,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "logprobs": likely,
                "finish_reason": reason(len(text), prompted, body.length),
            }
        )
    told = usage(opened, [prompted], [len(text) for text in texts])
    return {**head, "object": "chat.completion", "choices": choices, "usage": told}


async def _chunks(
    studio: Studio, opened: ServedModel, body: ChatBody, prompted: PromptOrder, head: dict[str, Any]
) -> Facts:
    head = {**head, "object": "chat.completion.chunk"}
    texts = [""] * prompted.order.samples
    for index in range(len(texts)):
        yield {**head, "choices": [_delta(index, {"role": "assistant", "content": ""})]}
    async for index, text in written(studio, opened, [prompted], body.length):
        likely, before = None, len(texts[index])
        texts[index] += text
        if body.logprobs:
            likely = await in_thread(
                studio, _logprobs, opened, body, prompted, texts[index], before
            )
        yield {**head, "choices": [_delta(index, {"content": text}, likely)]}
    for index, text in enumerate(texts):
        ended = reason(len(text), prompted, body.length)
        yield {**head, "choices": [_delta(index, {}, None, ended)]}
    if body.wants_usage:
        told = usage(opened, [prompted], [len(text) for text in texts])
        yield {**head, "choices": [], "usage": told}


def _delta(
    index: int,
    delta: dict[str, Any],
    logprobs: dict[str, Any] | None = None,
    ended: str | None = None,
) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": ended}


def _logprobs(
    opened: ServedModel, body: ChatBody, prompted: PromptOrder, text: str, since: int
) -> dict[str, Any]:
    """Return the log-probabilities of the new part of a growing text."""
    tokens = scored_tokens(opened, prompted, text, top=body.top_logprobs or 0)
    new = tokens[len(tokens) - len(text) + since :]
    return {"content": [_entry(token) for token in new], "refusal": None}


def _entry(token: Token) -> dict[str, Any]:
    expected = sorted(token.expected.items(), key=lambda pair: -pair[1])
    return {
        **_named(token.text, token.logp),
        "top_logprobs": [_named(text, logp) for text, logp in expected],
    }


def _named(text: str, logp: float | None) -> dict[str, Any]:
    return {"token": text, "logprob": logp, "bytes": list(text.encode())}
