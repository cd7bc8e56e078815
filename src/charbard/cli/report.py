"""`charbard report`: a bundle's quality, as a page and as JSON."""

from pathlib import Path
from typing import Annotated

import typer

from charbard.cli.models import MODEL
from charbard.cli.options import given, option
from charbard.config import ReportOptions

__all__ = ["report"]


def report(
    model: Annotated[Path, typer.Argument(help=MODEL)],
    text: Annotated[
        list[str] | None,
        typer.Argument(help="The text it was trained on; left out: the corpus of its name."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for report.html and report.json.")] = Path(
        "report"
    ),
    title: Annotated[str | None, typer.Option(help="Heading; else the model's name.")] = None,
    texts: Annotated[int | None, option(ReportOptions, "texts", "--texts", "-n")] = None,
    themes: Annotated[int | None, option(ReportOptions, "themes")] = None,
    part: Annotated[str | None, option(ReportOptions, "part")] = None,
    temperature: Annotated[float | None, option(ReportOptions, "temperature", "-t")] = None,
    samples: Annotated[int | None, option(ReportOptions, "samples")] = None,
    seed: Annotated[int | None, option(ReportOptions, "seed")] = None,
    skip: Annotated[
        str | None, typer.Option(help="Sections to leave out, separated by commas.")
    ] = None,
    card: Annotated[
        Path | None,
        typer.Option(help="Fill this card, too: a file of what people wrote about the model."),
    ] = None,
) -> None:
    """Measure a model and write a page about it.

    Example: charbard report runs/verse verse --out report
    """
    import json

    from charbard.bundle import find_bundle, load_bundle
    from charbard.config import from_dict
    from charbard.files import write_atomically
    from charbard.report.card import filled_card, read_notes
    from charbard.report.collect import collect, own_text
    from charbard.report.page import page

    options = from_dict(
        ReportOptions,
        given(
            texts=texts,
            themes=themes,
            part=part,
            temperature=temperature,
            samples=samples,
            seed=seed,
            skip=None if skip is None else tuple(skip.split(",")),
        ),
    )
    notes = None if card is None else read_notes(card)
    path = find_bundle(model)
    bundle = load_bundle(path)
    document = collect(
        bundle,
        tuple(text or own_text(bundle)),
        options,
        title=title or (model if model.is_dir() else model.with_suffix("")).name,
        say=lambda message: typer.echo(message, err=True),
    )
    plain = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    write_atomically(out / "report.json", plain.encode())
    write_atomically(out / "report.html", page(document).encode())
    typer.echo(out / "report.html")
    if notes is not None:
        size = path.stat().st_size
        write_atomically(out / "card.md", filled_card(document, notes, size_bytes=size).encode())
        typer.echo(out / "card.md")
