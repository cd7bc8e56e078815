"""`charbard score`: the probability a model gives to each character of a text."""

import math
from pathlib import Path
from typing import Annotated

import typer

from charbard.cli.models import MODEL
from charbard.cli.options import typed
from charbard.cli.texts import ENCODING, piped
from charbard.cli.wording import tell

__all__ = ["score"]


def score(
    model: Annotated[Path, typer.Argument(help=MODEL)],
    text: Annotated[str, typer.Argument(help="The text, or - for standard input.")],
    encoding: Annotated[str | None, ENCODING] = None,
    top: Annotated[int, typer.Option(min=0, max=100, help="Alternatives to name.")] = 3,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a character.")] = False,
) -> None:
    """Score a text character by character, and show what the model would have preferred.

    Example: charbard score runs/my "To be, or not to be"
    """
    import json as json_format

    from charbard.writer import Writer

    given = piped(encoding) if text == "-" else typed(text)
    result = Writer.open(model).score(given, top=top)
    for note in result.notes:
        tell(note)
    for char in result.chars:
        if json:
            expected = {other: round(logp, 4) for other, logp in char.expected}
            row = {"char": char.char, "logp": round(char.logp, 4), "expected": expected}
            typer.echo(json_format.dumps(row, ensure_ascii=False))
            continue
        others = "  ".join(f"{other!r} {math.exp(logp):.1%}" for other, logp in char.expected)
        typer.echo(f"{char.char!r:6} {math.exp(char.logp):7.2%}   {others}")
    typer.echo(
        f"{result.nats_per_char:.4f} nats  {result.bits_per_char:.4f} bits"
        f"  perplexity {result.perplexity:.2f}",
        err=True,
    )
