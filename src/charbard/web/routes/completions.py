"""What clients of OpenAI's completions expect, so that tools built for them work unchanged.

Characters are the tokens; a theme goes into `fields`, which only this server knows. Not covered:
prompts of token ids, `suffix`, `logit_bias`, `best_of`.
"""

from collections.abc import AsyncGenerator
from time import time
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from charbard.config import SampleOptions, TextOrder, default_of, from_dict
from charbard.errors import OptionError
from charbard.web.answers import EVENTS
from charbard.web.flow import Facts, Lines, collect, encode_event
from charbard.web.library import Opened
from charbard.web.routes.prose import pieces
from charbard.web.schemas import Body
from charbard.web.state import Here, Studio
from charbard.writer import fresh_seed

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])


class CompletionBody(Body):
    """The parameters of the completions interface that a character model can honour."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {"model": "shakespeare", "prompt": "ROMEO:", "max_tokens": 40}
        },
    )

    model: str = Field(description="Name or digest of a model; see /v1/models.")
    prompt: str | Annotated[list[str], Field(min_length=1)] = Field(
        "", description="Text to write on from, or several of them."
    )
    max_tokens: int = Field(16, ge=1, description="Characters to write at most.")
    temperature: float = Field(1.0, ge=0, le=2, description="0 takes the likeliest character.")
    top_p: float = Field(1.0, ge=0, le=1)
    n: int = Field(1, ge=1, description="Texts for each prompt.")
    stop: str | list[str] | None = None
    seed: int | None = Field(None, ge=0, le=2**53)
    logprobs: int | None = Field(None, ge=0, le=20, description="Alternatives to name.")
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    fields: dict[str, str] = Field(
        {}, description="Conditions by name, such as title and form; the client's extra_body."
    )
    echo: bool = Field(False, description="Begin the text with the prompt.")
    frequency_penalty: float = Field(
        default_of(SampleOptions, "repetition_penalty"), ge=0, le=2, description="In nats."
    )
    suffix: str | None = None
    best_of: int | None = None
    logit_bias: dict[str, float] | None = None

    def orders(self, studio: Studio) -> list[TextOrder]:
        """One order for each prompt.

        Raises:
            OptionError: Something is asked for that cannot be honoured, or out of range.
        """
        if self.suffix or self.logit_bias or (self.best_of or self.n) != self.n:
            raise OptionError(
                "suffix, logit_bias and best_of are not offered", hint="leave them out"
            )
        prompts = [self.prompt] if isinstance(self.prompt, str) else self.prompt
        studio.hold("max_tokens", self.max_tokens, studio.config.max_length)
        studio.hold("prompts times n", len(prompts) * self.n, studio.config.max_samples)
        stops = [self.stop] if isinstance(self.stop, str) else self.stop or []
        seed = fresh_seed(self.seed)
        options = from_dict(
            SampleOptions,
            {
                "greedy": self.temperature == 0,
                "temperature": max(0.01, self.temperature),
                "top_p": None if self.top_p == 1 else self.top_p,
                "repetition_penalty": self.frequency_penalty,
            },
        )
        return [
            TextOrder(
                prime=prompt,
                fields=tuple(self.fields.items()),
                length=self.max_tokens,
                samples=self.n,
                stop=(*stops, *studio.config.blocked),
                seed=seed,
                options=options,
            )
            for prompt in prompts
        ]


@router.get("/models")
async def models(studio: Here) -> dict[str, Any]:
    """Names to give as `model`."""
    return {"object": "list", "data": [_card(opened.name) for opened in studio.library]}


@router.get("/models/{name}")
async def model(name: str, studio: Here) -> dict[str, Any]:
    """One of them."""
    return _card(studio.library.find(name).name)


@router.post("/completions", response_model=None, responses=EVENTS)
async def completions(
    body: CompletionBody, request: Request, studio: Here
) -> Response | dict[str, Any] | None:
    """Write on from a prompt; with `stream` as server-sent events."""
    opened = studio.library.find(body.model)
    orders = body.orders(studio)
    head = {"id": f"cmpl-{orders[0].seed}", "created": int(time()), "model": opened.name}
    if body.stream:
        return Lines(studio, _chunks(studio, opened, body, orders, head), encode=encode_event)
    return await collect(studio, request, lambda: _answer(studio, opened, body, orders, head))


def _card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "charbard"}


async def _pieces(
    studio: Studio, opened: Opened, orders: list[TextOrder]
) -> AsyncGenerator[tuple[int, str, tuple[float, ...]], None]:
    """(number of the choice, characters, their log-probabilities)."""
    for place, order in enumerate(orders):
        async for piece in pieces(studio, opened, order):
            yield place * order.samples + piece.sample, piece.text, piece.logp


async def _answer(
    studio: Studio,
    opened: Opened,
    body: CompletionBody,
    orders: list[TextOrder],
    head: dict[str, Any],
) -> dict[str, Any]:
    parts: list[list[tuple[str, float]]] = [[] for _ in range(len(orders) * body.n)]
    async for index, text, logp in _pieces(studio, opened, orders):
        parts[index] += zip(text, logp, strict=True)
    choices = []
    for index, chars in enumerate(parts):
        prime = opened.writer.understood(orders[index // body.n])
        text = "".join(char for char, _ in chars)
        likely = None
        if body.logprobs is not None:
            likely = _logprobs(opened, prime, chars, top=body.logprobs)
        choices.append(
            {
                "index": index,
                "text": prime + text if body.echo else text,
                "logprobs": likely,
                "finish_reason": _reason(len(chars), body),
            }
        )
    usage = _usage(opened, orders, [len(chars) for chars in parts])
    return {**head, "object": "text_completion", "choices": choices, "usage": usage}


async def _chunks(
    studio: Studio,
    opened: Opened,
    body: CompletionBody,
    orders: list[TextOrder],
    head: dict[str, Any],
) -> Facts:
    counts = [0] * (len(orders) * body.n)
    head = {**head, "object": "text_completion"}
    for index in range(len(counts)) if body.echo else ():
        yield {
            **head,
            "choices": [_delta(index, opened.writer.understood(orders[index // body.n]))],
        }
    async for index, text, logp in _pieces(studio, opened, orders):
        counts[index] += len(text)
        likely = None
        if body.logprobs is not None:
            likely = {"tokens": list(text), "token_logprobs": list(logp), "top_logprobs": None}
        yield {**head, "choices": [_delta(index, text, likely)]}
    for index, count in enumerate(counts):
        yield {**head, "choices": [_delta(index, "", None, _reason(count, body))]}
    if (body.stream_options or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": _usage(opened, orders, counts)}


def _delta(
    index: int, text: str, logprobs: dict[str, Any] | None = None, reason: str | None = None
) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": logprobs, "finish_reason": reason}


def _reason(count: int, body: CompletionBody) -> str:
    return "length" if count >= body.max_tokens else "stop"


def _usage(opened: Opened, orders: list[TextOrder], counts: list[int]) -> dict[str, int]:
    read = sum(len(opened.writer.understood(order)) for order in orders)
    return {
        "prompt_tokens": read,
        "completion_tokens": sum(counts),
        "total_tokens": read + sum(counts),
    }


def _logprobs(
    opened: Opened, prime: str, chars: list[tuple[str, float]], *, top: int
) -> dict[str, Any]:
    """Each written character with what else was likely there."""
    text = "".join(char for char, _ in chars)
    tops = opened.writer.score(prime + text, top=top).chars[len(prime) :] if text else ()
    return {
        "tokens": list(text),
        "token_logprobs": [logp for _, logp in chars],
        "top_logprobs": [dict(score.expected) for score in tops],
        "text_offset": list(range(len(prime), len(prime) + len(text))),
    }
