"""`charbard write`: text from a model."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charbard.cli.models import model_argument
from charbard.cli.options import given_typed, of_config, typed, with_settings
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


@with_settings(
    SampleOptions,
    TextOrder,
    leave_out=("prime", "seed"),
    flags={
        "length": ("--length", "-n"),
        "temperature": ("--temperature", "-t"),
        "samples": ("--samples", "-s"),
        "guidance": ("--guidance", "-g"),
        "banned": ("--ban",),
        "spelling": ("--spelling/--any-spelling",),
    },
)
def write(
    model: Annotated[Path, model_argument("prime")],
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
    field: Annotated[
        list[str] | None,
        typer.Option(help="A condition as name=value, for models trained with fields."),
    ] = None,
    stop: Annotated[list[str] | None, typer.Option(help="Stop before this text.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Repeat a text exactly; none: a fresh one, which is printed.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a text.")] = False,
    **settings: Any,
) -> None:
    """Write text.

    Example: charbard write english --prime "ROMEO." --temperature 0.7 --seed 7
    """
    from charbard.config import from_dict
    from charbard.writer import Writer, fresh_seed

    prime, settings["banned"], settings["boosted"], *stops = _unescaped(
        [
            _prime(prime, prime_file, encoding),
            settings["banned"],
            settings["boosted"],
            *(stop or ()),
        ],
        wanted=escapes,
        as_given=prime == "-" or prime_file is not None,
    )
    order = from_dict(
        TextOrder,
        given_typed(
            **of_config(TextOrder, settings),
            prime=prime,
            stop=tuple(stops),
            fields=_pairs([typed(assignment) for assignment in field or []]),
            options=from_dict(SampleOptions, of_config(SampleOptions, settings)),
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
    """Return the text to continue: `--prime`, all of `--prime-file`, or stdin for `--prime -`."""
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
    r"""Interpret escapes in texts if `wanted`, but not in the first one if `as_given`.

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
