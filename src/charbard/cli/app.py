"""The console entry point: collects the commands and translates errors, once, for the terminal."""

import os
import sys

import typer

from charbard.cli.check import check
from charbard.cli.corpus import corpus
from charbard.cli.evaluate import evaluate
from charbard.cli.forms import forms
from charbard.cli.info import info
from charbard.cli.rhyme import rhyme
from charbard.cli.score import score
from charbard.cli.serve import serve
from charbard.cli.train import train
from charbard.cli.write import write
from charbard.errors import CharbardError

__all__ = ["app", "main"]

app = typer.Typer(
    name="charbard",
    help="Character-level RNNs that write. Start with: charbard train my.txt --minutes 2",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(train)
app.command()(write)
app.command("eval")(evaluate)
app.command()(score)
app.command()(info)
app.command()(serve)
app.add_typer(corpus, name="corpus")
app.command()(check)
app.command()(forms)
app.command()(rhyme)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Show the version."),
    debug: bool = typer.Option(False, "--debug", help="Show a traceback when something fails."),
) -> None:
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"charbard {installed('charbard')}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a `CharbardError` becomes two lines and exit code 1."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stderr.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        app()
    except CharbardError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"Error: {error}", err=True)
        if error.hint:
            typer.echo(f"Hint: {error.hint}", err=True)
        raise SystemExit(1) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
