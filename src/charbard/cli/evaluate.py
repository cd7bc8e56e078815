"""`charbard eval`: a model's loss on a text, by fixed protocols."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charbard.cli.models import MODEL
from charbard.cli.options import given as given_of

if TYPE_CHECKING:
    from charbard.report import Perplexity

__all__ = ["evaluate"]


def evaluate(
    model: Annotated[Path, typer.Argument(help=MODEL)],
    text: Annotated[list[str], typer.Argument(help="The text, read as it was for training.")],
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the text; none: as in training, or detect it.")
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            help="A: windows of 256. B: one stream. C: B, learning on the way. R: records. "
            "V: verse, Chinese characters only, by form. Several: AB. "
            "Default: AB, or R for a model of records."
        ),
    ] = None,
    part: Annotated[
        str,
        typer.Option(
            help="validation, test, train (as the text was split for training), or all.",
        ),
    ] = "validation",
    given: Annotated[
        str, typer.Option(help="V: fields that the model is conditioned on, separated by commas.")
    ] = "form",
    chosen: Annotated[
        bool,
        typer.Option(
            "--chosen",
            help="V: let the model find what it learned to choose before a poem, such as the "
            "rhyme; how improbable it finds that counts.",
        ),
    ] = False,
    rounded: Annotated[
        bool,
        typer.Option(
            "--rounded",
            help="Measure the network that writes, with weights of one byte, not the exact one.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a protocol.")] = False,
) -> None:
    """Measure how well a model predicts a text: nats, bits and perplexity per character.

    Example: charbard eval runs/my my.txt
    """
    from charbard.bundle import load_bundle
    from charbard.config import CorpusConfig, from_dict
    from charbard.errors import OptionError
    from charbard.report import evaluate as measure
    from charbard.report import evaluate_verse
    from charbard.report.perplexity import PARTS

    if part not in PARTS:
        raise OptionError(
            f"no part {part!r}",
            code="cli.choice",
            values={"given": part, "known": list(PARTS)},
            hint=f"choose one of: {', '.join(PARTS)}",
        )
    bundle = load_bundle(model)
    read_with = bundle.provenance.get("corpus", {})
    # Lines excluded from training are not excluded here: the list may not be available.
    corpus = from_dict(
        CorpusConfig, {**read_with, "exclude_lines": None, **given_of(encoding=encoding)}
    )
    said: set[str] = set()

    def say_once(message: str) -> None:
        """Print a message once, although every protocol reads the text again and repeats it."""
        if message not in said:
            said.add(message)
            typer.echo(message, err=True)

    for letter in protocol or ("R" if bundle.has_records else "AB"):
        if letter.upper() == "V":
            found = evaluate_verse(
                bundle,
                text,
                part=part,
                given=[name for name in given.split(",") if name],
                chosen=chosen,
                rounded=rounded,
            )
        else:
            found = measure(
                bundle,
                text,
                corpus,
                protocol=letter.upper(),
                part=part,
                rounded=rounded,
                say=say_once,
            )
        if json:
            import json as json_format

            typer.echo(json_format.dumps({"part": part, **_facts(found)}, ensure_ascii=False))
        else:
            typer.echo(_line(found.protocol, found))
            for name, group in found.groups.items():
                if not name.startswith("tune "):  # hundreds of groups; --json has them
                    typer.echo(_line(f"   {name:20}", group))


def _facts(found: "Perplexity") -> dict[str, Any]:
    facts = {
        "protocol": found.protocol,
        "nats_per_char": found.nats_per_char,
        "bits_per_char": found.bits_per_char,
        "perplexity": found.perplexity,
        "chars": found.chars,
        "unknown": found.unknown,
    }
    groups = {name: _facts(group) for name, group in found.groups.items()}
    return {**facts, "groups": groups} if groups else facts


def _line(name: str, found: "Perplexity") -> str:
    return (
        f"{name}  {found.nats_per_char:.4f} nats  {found.bits_per_char:.4f} bits"
        f"  perplexity {found.perplexity:.3f}  over {found.chars} characters"
        f" ({found.unknown / found.chars:.2%} unknown)"
    )
