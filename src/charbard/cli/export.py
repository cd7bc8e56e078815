"""`charbard export`: a bundle small enough to ship."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from charbard.cli.models import MODEL
from charbard.cli.wording import tell

if TYPE_CHECKING:
    from charbard.bundle import Bundle

__all__ = ["export", "words_of_text"]


def export(
    model: Annotated[Path, typer.Argument(help=MODEL)],
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    whole: Annotated[
        bool, typer.Option("--float32", help="Keep every bit; four times the size.")
    ] = False,
    spelling: Annotated[
        list[str] | None,
        typer.Option(
            help="The text that the model was trained on: its words are listed in the file, and the"
            " model then writes no others unless it is asked to."
        ),
    ] = None,
    most: Annotated[
        float | None, typer.Option("--most-mb", min=0.001, help="Refuse to write a larger file.")
    ] = None,
) -> None:
    """Write a model as one small file: int8 weights, without the data that only training needs.

    Example: charbard export runs/verse verse.safetensors
    """
    from dataclasses import replace

    from charbard.bundle import load_bundle, save_bundle
    from charbard.errors import OptionError

    bundle = replace(load_bundle(model), extra={})
    if spelling:
        bundle = replace(bundle, spelling=words_of_text(bundle, spelling))
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


def words_of_text(bundle: "Bundle", names: list[str]) -> tuple[str, ...]:
    """Return the words of the text that a model was trained on.

    Raises:
        CorpusError: The text is not the one that the model was trained on, or has no words.
    """
    from charbard.config import CorpusConfig, from_dict
    from charbard.corpus.dataset import open_dataset
    from charbard.corpus.spelling import words_of
    from charbard.errors import CorpusError

    config = from_dict(CorpusConfig, dict(bundle.provenance.get("corpus", {})))
    dataset = open_dataset(names, config, vocab=bundle.vocab, warn=tell)
    trained = bundle.provenance.get("text", {})
    if any(dataset.about[name] != trained.get(name) for name in ("bytes", "ids", "unknown")):
        raise CorpusError(
            "the model was trained on another text, or read it in another way",
            code="export.text",
            hint="give the text of its training; another one needs a training of its own",
        )
    return words_of(dataset, tell)
