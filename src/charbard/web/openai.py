"""Shared parts of the OpenAI-compatible routes: parameters, orders, log-probabilities.

Characters are the tokens. An unsupported parameter is refused with an error that names it.
"""

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field, model_validator

from charbard.config import SampleOptions, TextOrder, default_of, from_dict
from charbard.errors import OptionError
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.text import graphemes
from charbard.web.routes import prose
from charbard.web.schemas import Body, from_setting
from charbard.writer import CharScore, fresh_seed

__all__ = [
    "OpenAIBody",
    "PromptOrder",
    "Token",
    "not_offered",
    "orders_of",
    "reason",
    "scored_tokens",
    "usage",
    "whole_texts",
    "written",
]

# Clients that read JSON numbers as doubles can represent every integer up to this one.
_SEEDS = 2**53
_DEFAULT_LENGTH, _LONGEST = 16, 60
_NEUTRAL: dict[str, tuple[Any, ...]] = {
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "parallel_tool_calls": (True, False),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "metadata": ({},),
    "store": (False,),
    "service_tier": ("auto", "default"),
}
"""Parameters of features that this server lacks, with the values that leave the feature unused."""


class OpenAIBody(Body):
    """Parameters of both routes; null means the default."""

    model: str = Field(description="Name or digest of a model; see /v1/models.")
    max_tokens: int | None = Field(
        _DEFAULT_LENGTH, ge=0, description="Characters to write at most; 0 only reads the prompt."
    )
    temperature: float | None = Field(
        1.0, ge=0, le=2, description="0 takes the likeliest character."
    )
    top_p: float | None = Field(1.0, ge=0, le=1)
    top_k: int | None = from_setting(SampleOptions, "top_k")
    min_p: float | None = from_setting(SampleOptions, "min_p")
    n: int | None = Field(1, ge=1, description="Texts for each prompt.")
    stop: str | list[str] | None = None
    seed: int | None = Field(None, ge=0, le=_SEEDS)
    stream: bool | None = False
    stream_options: dict[str, Any] | None = None
    fields: dict[str, str] | None = Field(
        {}, description="Conditions by name, such as title and form; the client's extra_body."
    )
    spelling: bool | None = from_setting(TextOrder, "spelling")
    frequency_penalty: float | None = Field(
        default_of(SampleOptions, "frequency_penalty"), ge=0, le=2, description="In nats."
    )
    presence_penalty: float | None = Field(0.0, description="Only 0 is offered.")
    logit_bias: dict[str, float] | None = Field(None, description="Only an empty one is offered.")
    user: str | None = Field(None, description="Of no effect: nothing is kept of a client.")

    @model_validator(mode="before")
    @classmethod
    def _without_neutral(cls, body: Any) -> Any:
        """Drop parameters of unsupported features if their values leave the features unused.

        Raises:
            OptionError: A parameter requests an unsupported feature.
        """
        if not isinstance(body, dict):
            return body
        for name in _NEUTRAL.keys() & body.keys():
            if (value := body[name]) is not None and value not in _NEUTRAL[name]:
                raise not_offered(name, value)
        return {name: value for name, value in body.items() if name not in _NEUTRAL}

    @model_validator(mode="after")
    def _null_is_the_default(self) -> "OpenAIBody":
        for name, declared in type(self).model_fields.items():
            if getattr(self, name) is None and declared.default is not None:
                setattr(self, name, declared.default)
        return self

    @property
    def wants_usage(self) -> bool:
        """Whether a stream ends with the counts of characters."""
        return bool((self.stream_options or {}).get("include_usage"))

    def refuse_unhonoured(self) -> None:
        """Refuse unsupported parameters.

        Raises:
            OptionError: A parameter has a value that would have an effect.
        """
        for name in ("presence_penalty", "logit_bias"):
            if value := getattr(self, name):
                raise not_offered(name, value)


def not_offered(name: str, value: object) -> OptionError:
    shown = json.dumps(value, ensure_ascii=False)
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    return OptionError(
        f"{name} is not offered, got {shown}",
        code="openai.offered",
        values={"name": name, "given": shown},
        hint=f"leave {name} out",
    )


@dataclass(frozen=True)
class PromptOrder:
    """A prompt and its order."""

    prompt: str
    """The prompt as it was sent."""
    order: TextOrder


def orders_of(
    studio: Studio, body: OpenAIBody, prompts: Sequence[str], max_tokens: int | None = None
) -> list[PromptOrder]:
    """Build one order for each prompt; equal prompts get different seeds.

    Raises:
        OptionError: A parameter is unsupported or out of range.
    """
    body.refuse_unhonoured()
    length = body.max_tokens if max_tokens is None else max_tokens
    assert length is not None
    assert body.n is not None
    studio.check_limit("max_tokens", length, studio.config.max_length)
    studio.check_limit("prompts times n", len(prompts) * body.n, studio.config.max_samples)
    stops = [body.stop] if isinstance(body.stop, str) else body.stop or []
    options = {
        "temperature": body.temperature,
        # 1 is the protocol's default and keeps everything: leave the filter out.
        "top_p": None if body.top_p == 1 else body.top_p,
        "top_k": body.top_k,
        "min_p": body.min_p,
        "frequency_penalty": body.frequency_penalty,
    }
    order = TextOrder(
        fields=tuple((body.fields or {}).items()),
        # The protocol allows 0, to read only the prompt, but an order does not. For length 0,
        # `written` and `whole_texts` do not run the order.
        length=max(1, length),
        samples=body.n,
        stop=(*stops, *studio.config.blocked),
        seed=fresh_seed(body.seed),
        spelling=body.spelling,
        options=from_dict(SampleOptions, options),
    )
    return [
        PromptOrder(prompt, replace(order, prime=prompt, seed=(order.seed + place) % _SEEDS))
        for place, prompt in enumerate(prompts)
    ]


async def written(
    studio: Studio, opened: ServedModel, prompted: Sequence[PromptOrder], length: int | None
) -> AsyncGenerator[tuple[int, str], None]:
    """Yield (index of the choice, new characters) as they are written; if length is 0, nothing."""
    for place, one in enumerate(prompted if length else ()):
        async for piece in prose.pieces(studio, opened, one.order):
            yield place * one.order.samples + piece.sample, piece.text


async def whole_texts(
    studio: Studio, opened: ServedModel, prompted: Sequence[PromptOrder], length: int | None
) -> list[str]:
    """Return the whole text of every choice."""
    if not length:
        return [""] * sum(one.order.samples for one in prompted)
    every = [await prose.whole_texts(studio, opened, one.order) for one in prompted]
    return [text.text for texts in every for text in texts]


@dataclass(frozen=True)
class Token:
    """A part of a text as it was sent or written, nearly always one character."""

    text: str
    logp: float | None
    """None for the first token of a text."""
    expected: dict[str, float]
    """Log-probabilities of the likeliest tokens at this place and of the token itself."""


def scored_tokens(
    opened: ServedModel, prompted: PromptOrder, completion: str, *, top: int
) -> list[Token]:
    """Score a prompt and its completion, conditioned on the fields of the order.

    Unknown characters of the prompt are not read and score 0. A character that the model reads as
    several others is one token.
    """
    understood = opened.writer.understood(prompted.order)
    text = understood + completion
    if not text:
        return []
    scores = opened.writer.score(text, top=top, fields=prompted.order.fields).chars
    tokens, at = [], 0
    for shown, read in _aligned(opened, prompted):
        tokens += _tokens(shown, scores[at : at + read])
        at += read
    tokens += [_token(score.char, [score]) for score in scores[at:]]
    # Nothing comes before the first token, so the protocol gives it no probability.
    return [replace(tokens[0], logp=None), *tokens[1:]]


def _aligned(opened: ServedModel, prompted: PromptOrder) -> list[tuple[str, int]]:
    """Return each grapheme of the prompt with the number of model characters that it becomes."""
    return [
        (shown, len(opened.writer.understood(replace(prompted.order, prime=shown))))
        for shown in graphemes(prompted.prompt)
    ]


def _tokens(shown: str, scores: Sequence[CharScore]) -> list[Token]:
    if len(shown) == len(scores):
        return [_token(char, [score]) for char, score in zip(shown, scores, strict=True)]
    return [_token(shown, scores)]


def _token(text: str, scores: Sequence[CharScore]) -> Token:
    logp = sum(score.logp for score in scores)
    expected = dict(scores[0].expected) if len(scores) == 1 else {}
    return Token(text, logp, expected if text in expected else {**expected, text: logp})


def reason(count: int, prompted: PromptOrder, max_tokens: int | None) -> str:
    """Return the finish reason of a text of `count` characters."""
    return "length" if count >= (max_tokens or 0) else "stop"


def usage(
    opened: ServedModel, prompted: Sequence[PromptOrder], counts: Sequence[int]
) -> dict[str, int]:
    """Return the counts of characters read and written."""
    read = sum(len(opened.writer.understood(one.order)) for one in prompted)
    return {
        "prompt_tokens": read,
        "completion_tokens": sum(counts),
        "total_tokens": read + sum(counts),
    }
