"""The console entry point, which registers the commands and translates errors for the terminal."""

import io
import os
import sys
from typing import NoReturn

import typer

from charbard.cli.bench import bench
from charbard.cli.check import check
from charbard.cli.corpus import corpus
from charbard.cli.couplet import couplet
from charbard.cli.evaluate import evaluate
from charbard.cli.export import export
from charbard.cli.forms import forms
from charbard.cli.info import info
from charbard.cli.name import name
from charbard.cli.report import report
from charbard.cli.rhyme import rhyme
from charbard.cli.score import score
from charbard.cli.serve import serve
from charbard.cli.train import train
from charbard.cli.verse import verse
from charbard.cli.wording import worded
from charbard.cli.write import write
from charbard.errors import CharbardError

__all__ = ["app", "main"]

app = typer.Typer(
    name="charbard",
    help="Character-level RNNs that write. Start with: charbard verse, charbard write english,"
    " or charbard train my.txt --minutes 2",
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
app.command()(bench)
app.command()(report)
app.command()(export)
app.add_typer(corpus, name="corpus")
app.command()(check)
app.command()(forms)
app.command()(rhyme)
app.command()(verse)
app.command()(couplet)
app.command()(name)


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
    """Run the command line; print a `CharbardError` as two lines and exit with code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file name may be invalid text: keep its bytes
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        app(prog_name="charbard")
        sys.stdout.flush()
    except CharbardError as error:
        if "--debug" in sys.argv:
            raise
        _fail(*worded(error))
    except OSError as error:  # stdout is closed or full, or a file disappeared while it was read
        if "--debug" in sys.argv:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise SystemExit(1) from None
        where = f"cannot use {error.filename!r}" if error.filename else "cannot write the result"
        _fail(f"{where}: {(error.strerror or str(error)).lower()}", "")


def _fail(message: str, hint: str) -> NoReturn:
    from charbard.language import is_chinese

    wrong, help = ("错误：", "提示：") if is_chinese() else ("Error: ", "Hint: ")
    typer.echo(f"{wrong}{message}", err=True)
    if hint:
        typer.echo(f"{help}{hint}", err=True)
    raise SystemExit(1) from None
