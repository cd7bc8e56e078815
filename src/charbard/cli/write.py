"""`charbard write`: text from a model."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charbard.cli.models import MODEL
from charbard.cli.options import given_typed, option, typed
from charbard.cli.texts import ENCODING, piped, read_text
from charbard.cli.wording import tell
from charbard.config import SampleOptions, TextOrder

if TYPE_CHECKING:
    from charbard.writer import Writer

__all__ = ["write"]

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_ESCAPE = re.compile(
    r"\\([ntr\\]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U000[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4})"
)


def write(
    model: Annotated[Path, typer.Argument(help=MODEL)],
    prime: Annotated[
        str | None,
        typer.Option(
            "--prime", "-p", help="Text to write on from; - reads it from standard input."
        ),
    ] = None,
    prime_file: Annotated[
        Path | None, typer.Option(help="File with the text to write on from.", show_default=False)
    ] = None,
    encoding: Annotated[str | None, ENCODING] = None,
    escapes: Annotated[
        bool,
        typer.Option(
            "--escapes",
            help=r"Read \n, \t, \\ and \uXXXX in --prime, --stop, --ban and --boosted.",
        ),
    ] = False,
    length: Annotated[int | None, option(TextOrder, "length", "--length", "-n")] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(help="A condition as name=value, for models trained with fields."),
    ] = None,
    temperature: Annotated[
        float | None, option(SampleOptions, "temperature", "--temperature", "-t")
    ] = None,
    temperature_end: Annotated[float | None, option(SampleOptions, "temperature_end")] = None,
    temperature_steps: Annotated[int | None, option(SampleOptions, "temperature_steps")] = None,
    top_k: Annotated[int | None, option(SampleOptions, "top_k")] = None,
    top_p: Annotated[float | None, option(SampleOptions, "top_p")] = None,
    min_p: Annotated[float | None, option(SampleOptions, "min_p")] = None,
    frequency_penalty: Annotated[float | None, option(SampleOptions, "frequency_penalty")] = None,
    greedy: Annotated[bool, option(SampleOptions, "greedy", "--greedy")] = False,
    ban: Annotated[str | None, option(SampleOptions, "banned", "--ban")] = None,
    boosted: Annotated[str | None, option(SampleOptions, "boosted")] = None,
    boost: Annotated[float | None, option(SampleOptions, "boost")] = None,
    commonest: Annotated[int | None, option(SampleOptions, "commonest")] = None,
    stop: Annotated[list[str] | None, typer.Option(help="Stop before this text.")] = None,
    finish_line: Annotated[bool, option(TextOrder, "finish_line", "--finish-line")] = False,
    samples: Annotated[int | None, option(TextOrder, "samples", "--samples", "-s")] = None,
    best_of: Annotated[int | None, option(TextOrder, "best_of")] = None,
    guidance: Annotated[float | None, option(TextOrder, "guidance", "--guidance", "-g")] = None,
    spelling: Annotated[
        bool | None, option(TextOrder, "spelling", "--spelling/--any-spelling")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Repeat a text exactly; none: a fresh one, which is told.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a text.")] = False,
) -> None:
    """Write text.

    Example: charbard write shakespeare --prime "ROMEO." --temperature 0.7 --seed 7
    """
    from charbard.config import from_dict
    from charbard.writer import Writer, fresh_seed

    prime, ban, boosted, *stops = _unescaped(
        [_prime(prime, prime_file, encoding), ban, boosted, *(stop or ())],
        wanted=escapes,
        as_given=prime == "-" or prime_file is not None,
    )
    options = from_dict(
        SampleOptions,
        given_typed(
            temperature=temperature,
            temperature_end=temperature_end,
            temperature_steps=temperature_steps,
            top_k=top_k,
            top_p=top_p,
            min_p=min_p,
            greedy=greedy,
            frequency_penalty=frequency_penalty,
            banned=ban,
            boosted=boosted,
            boost=boost,
            commonest=commonest,
        ),
    )
    order = from_dict(
        TextOrder,
        given_typed(
            prime=prime,
            length=length,
            finish_line=finish_line,
            samples=samples,
            best_of=best_of,
            guidance=guidance,
            spelling=spelling,
            stop=tuple(stops),
            fields=_pairs([typed(assignment) for assignment in field or []]),
            options=options,
            seed=fresh_seed(seed),
        ),
    )
    writer = Writer.open(model)
    if not escapes and "\\" not in writer.bundle.vocab and _ESCAPE.search(order.prime):
        typer.echo(r"to have \n read as a line end: --escapes", err=True)
    for note in writer.notes(order):
        tell(note)
    _print(writer, order, as_json=json)
    typer.echo(f"seed {order.seed}", err=True)


def _prime(prime: str | None, file: Path | None, encoding: str | None) -> str | None:
    """The text to write on from, wherever it comes from; a file's is taken whole."""
    from charbard.errors import OptionError

    if file is not None and prime is not None:
        raise OptionError(
            "both --prime and --prime-file are given",
            code="cli.both",
            values={"known": ["--prime", "--prime-file"]},
            hint="give one of them",
        )
    if file is not None:
        return read_text(file, encoding)
    return piped(encoding) if prime == "-" else prime


def _unescaped(texts: list[str | None], *, wanted: bool, as_given: bool) -> list[Any]:
    r"""Texts with their escapes read, if the user wants that; the first may be no argument.

    >>> _unescaped([r"a\tb\\n", None, r"\u96ea"], wanted=True, as_given=False)
    ['a\tb\\n', None, '雪']
    """
    if not wanted:
        return texts
    first = texts[:1] if as_given else [_read_escapes(texts[0])]
    return [*first, *map(_read_escapes, texts[1:])]


def _read_escapes(text: str | None) -> str | None:
    if text is None:
        return None
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1]) or chr(int(found[1][1:], 16)), text)


def _print(writer: "Writer", order: TextOrder, *, as_json: bool) -> None:
    if as_json:
        import json

        for text in writer.texts(order):
            typer.echo(
                json.dumps(
                    {
                        "text": str(text),
                        "prime": text.prime,
                        "seed": text.seed,
                        "sample": text.sample,
                        "nats_per_char": round(text.nats_per_char, 4),
                    },
                    ensure_ascii=False,
                )
            )
        return
    prime, between = writer.understood(order), order.samples > 1 and not writer.bundle.has_records
    fresh = True
    for piece in writer.stream(order):
        typer.echo(prime * fresh + piece.text, nl=False)
        fresh = piece.last
        if piece.last:
            typer.echo("\n" if between else "")


def _pairs(assignments: list[str]) -> tuple[tuple[str, str], ...]:
    from charbard.errors import OptionError

    for assignment in assignments:
        if "=" not in assignment:
            raise OptionError(
                f"--field {assignment!r} has no '='",
                code="cli.equals",
                values={"given": f"--field {assignment}"},
                hint="for example: --field form=七绝",
            )
    return tuple((name, value) for name, _, value in (a.partition("=") for a in assignments))
