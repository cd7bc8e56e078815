"""`charbard bench`: this machine's writing speed."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["bench"]


def bench(
    model: Annotated[
        Path | None,
        typer.Argument(help="A bundle; without one, an untrained one of the verse model's size."),
    ] = None,
    rows: Annotated[str, typer.Option(help="Texts written side by side.")] = "1,8,64,256",
    threads: Annotated[int | None, typer.Option(min=1, help="Cores to use.")] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="How long each is repeated.")] = 0.5,
    json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Measure whole steps, drawing included, next to the machine's peak in the same run.

    Example: charbard bench runs/my
    """
    import json as json_format
    from dataclasses import asdict

    from charbard.bundle import load_bundle
    from charbard.cores import check_threads
    from charbard.report.speed import machine, measure, verse_sized

    check_threads(threads)
    counts = _counts(rows)
    bundle = verse_sized() if model is None else load_bundle(model)
    here = machine(copied_bytes=bundle.config.macs_per_char)
    paces = measure(bundle, here, counts, threads=threads, at_least_s=seconds)
    if json:
        found = [asdict(pace) | {"chars_per_s": pace.chars_per_s} for pace in paces]
        typer.echo(json_format.dumps({"machine": asdict(here), "paces": found}))
        return
    config = bundle.config
    typer.echo(
        f"{config}, {len(bundle.vocab)} symbols,"
        f" {config.macs_per_char / 1e6:.2f} million products a character;"
        f" {'compiled' if here.compiled else 'NumPy'} kernel"
    )
    typer.echo(
        f"{here.threads} processors: {here.sgemm_gflops:.0f} GFLOP/s in float32,"
        f" {here.copy_gb_per_s:.0f} GB/s"
    )
    typer.echo(f"{'rows':>5} {'step µs':>9} {'characters/s':>13} {'floor µs':>9} {'of floor':>9}")
    for pace in paces:
        typer.echo(
            f"{pace.rows:5} {pace.step_us:9.0f} {pace.chars_per_s:13,.0f}"
            f" {pace.floor_us:9.0f} {pace.step_us / pace.floor_us:8.1f}x"
        )


def _counts(rows: str) -> list[int]:
    from charbard.errors import OptionError

    parts = rows.split(",")
    if not all(part.strip().isdecimal() and 1 <= int(part) <= 4096 for part in parts):
        raise OptionError(
            f"--rows {rows!r} is not a list of batch sizes",
            code="cli.rows",
            values={"given": rows},
            hint="for example: --rows 1,8,64",
        )
    return [int(part) for part in parts]
