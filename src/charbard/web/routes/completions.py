"""OpenAI's completions interface, so that tools built for it work unchanged.

Characters are the tokens; a theme goes into `fields`, an extension of this server. Not covered:
prompts of token ids, `suffix`, `logit_bias`, `best_of`, `presence_penalty`.
"""

from itertools import accumulate
from time import time
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field, field_validator

from charbard.errors import OptionError
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.web.answers import EVENTS
from charbard.web.flow import Facts, Lines, collect, encode_event, in_thread
from charbard.web.openai import (
    OpenAIBody,
    PromptOrder,
    Token,
    not_offered,
    orders_of,
    reason,
    scored_tokens,
    usage,
    whole_texts,
    written,
)
from charbard.web.state import Here

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])


class CompletionBody(OpenAIBody):
    """The parameters of the completions interface that a character model can honour."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"model": "english", "prompt": "ROMEO:", "max_tokens": 40}},
    )

    prompt: str | Annotated[list[str], Field(min_length=1)] | None = Field(
        "", description="Text to write on from, or several of them."
    )
    logprobs: int | None = Field(None, ge=0, le=20, description="Alternatives to name.")
    echo: bool | None = Field(False, description="Begin the text with the prompt.")
    suffix: str | None = Field(None, description="Only an empty one is offered.")
    best_of: int | None = Field(None, description="Only the value of n is offered.")

    @field_validator("prompt", mode="before")
    @classmethod
    def _text(cls, prompt: Any) -> Any:
        ids = prompt if isinstance(prompt, list) else []
        if any(isinstance(one, int | float | list) for one in ids):
            raise OptionError(
                "prompt is a list of token ids, and characters are the tokens here",
                code="openai.tokens",
                hint="send the prompt as text; lm-eval does with tokenized_requests=False",
            )
        return prompt

    def orders(self, studio: Studio) -> list[PromptOrder]:
        """Build one order for each prompt.

        Raises:
            OptionError: A parameter is unsupported or out of range.
        """
        for name, neutral in (("suffix", ("", None)), ("best_of", (self.n, None))):
            if (value := getattr(self, name)) not in neutral:
                raise not_offered(name, value)
        prompt = self.prompt or ""
        return orders_of(studio, self, [prompt] if isinstance(prompt, str) else prompt)


@router.get("/models")
async def models(studio: Here) -> dict[str, Any]:
    """The models, each with the name to give as `model`."""
    return {"object": "list", "data": [_card(opened.name) for opened in studio.library]}


@router.get("/models/{name}")
async def model(name: str, studio: Here) -> dict[str, Any]:
    """One model, by its name."""
    return _card(studio.library.find(name).name)


@router.post("/completions", response_model=None, responses=EVENTS)
async def completions(
    body: CompletionBody, request: Request, studio: Here
) -> Response | dict[str, Any] | None:
    """Continue a prompt; with `stream`, as server-sent events.

    With `logprobs`, each character has its log-probability; with `echo`, so has the prompt's.
    """
    opened = studio.library.find(body.model)
    prompted = body.orders(studio)
    head = {
        "id": f"cmpl-{prompted[0].order.seed}",
        "object": "text_completion",
        "created": int(time()),
        "model": opened.name,
    }
    if body.stream:
        return Lines(studio, _chunks(studio, opened, body, prompted, head), encode=encode_event)
    return await collect(studio, request, lambda: _answer(studio, opened, body, prompted, head))


def _card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "charbard"}


async def _answer(
    studio: Studio,
    opened: ServedModel,
    body: CompletionBody,
    prompted: list[PromptOrder],
    head: dict[str, Any],
) -> dict[str, Any]:
    texts = await whole_texts(studio, opened, prompted, body.max_tokens)
    choices = []
    for index, text in enumerate(texts):
        one = prompted[index // prompted[0].order.samples]
        shown = one.prompt + text if body.echo else text
        likely = None
        if body.logprobs is not None:
            likely = await in_thread(studio, _logprobs, opened, body, one, text)
        choices.append(_choice(index, shown, likely, reason(len(text), one, body.max_tokens)))
    counts = [len(text) for text in texts]
    return {**head, "choices": choices, "usage": usage(opened, prompted, counts)}


async def _chunks(
    studio: Studio,
    opened: ServedModel,
    body: CompletionBody,
    prompted: list[PromptOrder],
    head: dict[str, Any],
) -> Facts:
    samples = prompted[0].order.samples
    texts = [""] * (len(prompted) * samples)
    for index in range(len(texts)) if body.echo else ():
        one, likely = prompted[index // samples], None
        if body.logprobs is not None:
            likely = await in_thread(studio, _logprobs, opened, body, one, "")
        yield {**head, "choices": [_choice(index, one.prompt, likely)]}
    async for index, text in written(studio, opened, prompted, body.max_tokens):
        likely, before = None, len(texts[index])
        texts[index] += text
        if body.logprobs is not None:
            one = prompted[index // samples]
            likely = await in_thread(studio, _logprobs, opened, body, one, texts[index], before)
        yield {**head, "choices": [_choice(index, text, likely)]}
    for index, text in enumerate(texts):
        ended = reason(len(text), prompted[index // samples], body.max_tokens)
        yield {**head, "choices": [_choice(index, "", None, ended)]}
    if body.wants_usage:
        counts = [len(text) for text in texts]
        yield {**head, "choices": [], "usage": usage(opened, prompted, counts)}


def _choice(
    index: int, text: str, logprobs: dict[str, Any] | None = None, ended: str | None = None
) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": logprobs, "finish_reason": ended}


def _logprobs(
    opened: ServedModel,
    body: CompletionBody,
    prompted: PromptOrder,
    text: str,
    since: int | None = None,
) -> dict[str, Any]:
    """Return the log-probabilities from the character `since` on; by default of the whole text,
    preceded by the prompt if it is echoed."""
    assert body.logprobs is not None
    tokens = scored_tokens(opened, prompted, text, top=body.logprobs)
    ends = [0, *accumulate(len(token.text) for token in tokens)]
    first = 0 if body.echo and since is None else len(tokens) - len(text) + (since or 0)
    kept: list[Token] = tokens[first:]
    return {
        "tokens": [token.text for token in kept],
        "token_logprobs": [token.logp for token in kept],
        "top_logprobs": [None if token.logp is None else token.expected for token in kept],
        "text_offset": ends[first:-1],
    }
