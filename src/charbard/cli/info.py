"""`charbard info`: the content of a bundle."""

from pathlib import Path
from typing import Annotated, Any

import typer

from charbard.cli.models import MODEL

__all__ = ["info"]

_SHOWN = 20
"""Maximum number of a field's values that are printed."""


def info(
    model: Annotated[Path, typer.Argument(help=MODEL)],
    json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show what a model is, what it was trained on, and how well it does.

    Example: charbard info runs/my
    """
    import json as json_format

    from charbard.bundle import load_bundle

    bundle = load_bundle(model)
    facts = _facts(bundle)
    if json:
        typer.echo(json_format.dumps(facts, ensure_ascii=False, indent=2))
        return
    for name, value in facts.items():
        shown = _short(value) if isinstance(value, dict) else value
        typer.echo(f"{name:12} {shown}")


def _facts(bundle: Any) -> dict[str, Any]:
    config = bundle.config
    return {
        "model": bundle.digest,
        "network": str(config),
        "weights": config.num_parameters,
        "characters": len(bundle.vocab.chars),
        "fields": ", ".join(bundle.vocab.fields) or "none",
        "reads": "records" if bundle.has_records else "running text",
        "scores": dict(bundle.scores),
        **bundle.provenance,
    }


def _short(value: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_rounded(item)}" for name, item in value.items() if item is not None)


def _rounded(item: Any) -> Any:
    """Round a number to six significant digits, and shorten a long list.

    `--json` prints the full values instead.
    """
    if isinstance(item, list) and len(item) > _SHOWN:
        return f"{', '.join(item[:_SHOWN])} and {len(item) - _SHOWN} more;"
    return f"{item:.6g}" if isinstance(item, float) else item
