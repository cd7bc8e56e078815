"""`charbard export`: a bundle small enough to ship."""

from pathlib import Path
from typing import Annotated

import typer

from charbard.cli.models import MODEL

__all__ = ["export"]


def export(
    model: Annotated[Path, typer.Argument(help=MODEL)],
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    whole: Annotated[
        bool, typer.Option("--float32", help="Keep every bit; four times the size.")
    ] = False,
    most: Annotated[
        float | None, typer.Option("--most-mb", min=0.001, help="Refuse to write a larger file.")
    ] = None,
) -> None:
    """Write a model as one small file: weights as bytes, nothing that only training needs.

    Example: charbard export runs/verse verse.safetensors
    """
    from dataclasses import replace

    from charbard.bundle import load_bundle, save_bundle
    from charbard.errors import OptionError

    bundle = replace(load_bundle(model), extra={})
    bytes_each = 4 if whole else 1
    size_mb = bundle.config.num_parameters * bytes_each / 1e6
    if most is not None and size_mb > most:
        raise OptionError(
            f"the weights alone are {size_mb:.1f} MB, more than {most:g}",
            code="export.large",
            values={"size": f"{size_mb:.1f}", "most": most},
            hint="train a narrower network, or one with a projection before the output",
        )
    saved = save_bundle(bundle, out, as_bytes=not whole)
    typer.echo(out)
    typer.echo(f"model {saved.digest}, {out.stat().st_size / 1e6:.1f} MB", err=True)
