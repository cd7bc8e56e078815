"""`charbard train`: from a text to a model."""

import shlex
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from charbard.cli.options import given, given_typed, merged, typed, with_settings
from charbard.cli.wording import tell
from charbard.config import CorpusConfig, ModelConfig, TrainConfig
from charbard.config.train import BUDGETS
from charbard.errors import Note
from charbard.extras import need

__all__ = ["train"]

Text = Annotated[
    list[str],
    typer.Argument(
        help="Files, folders, patterns in quotes, - for standard input, or a corpus by name."
    ),
]


_READING = (
    *("format", "text_field", "delimiter", "exclude_lines", "encoding", "bad_bytes"),
    *("drop_containing", "min_length", "max_length", "min_count", "validation", "test"),
)
_LEARNING = (
    *("cell", "num_layers", "hidden_size", "attention", "dropout", "batch_size", "seq_length"),
    *("learning_rate", "clip", "precision", "patience", "eval_every", "save_every", "snapshots"),
    *("spelling", "seed", "threads"),
)
"""Settings with an option of their own; `--set` takes all others."""


@with_settings(TrainConfig, only=BUDGETS, before="out")
@with_settings(CorpusConfig, ModelConfig, TrainConfig, only=_READING + _LEARNING, before="config")
def train(
    text: Text,
    out: Annotated[Path | None, typer.Option(help="Folder of the run.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    init_from: Annotated[Path | None, typer.Option(help="Begin with this bundle.")] = None,
    fields: Annotated[
        str | None,
        typer.Option(help="Fields given to the model before the text, separated by commas."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of any settings.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any setting as name=value; see docs/options.md."),
    ] = None,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write curves for TensorBoard, too.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No live progress.")] = False,
    **options: Any,
) -> None:
    """Train a model on any text.

    Example: charbard train my.txt --minutes 5
    """
    started = time.monotonic()
    # Omit a switch that is off: passed on as a setting, it would contradict a resumed run.
    said = {name: value for name, value in given_typed(**options).items() if value is not False}
    said |= given(exclude_lines=options["exclude_lines"])  # a path: its bytes must not change
    said |= given(fields=None if fields is None else _names(typed(fields)))
    settings = merged(config, set_ or (), **said)
    names = set(CorpusConfig.__dataclass_fields__) & set(settings)
    _run(
        text,
        started=started,
        reading={name: settings.pop(name) for name in names},
        settings=settings,
        out=out,
        resume=resume,
        init_from=init_from,
        tensorboard=tensorboard,
        quiet=quiet,
    )


def _names(fields: str) -> tuple[str, ...]:
    """Split names at half-width or full-width commas.

    >>> _names("form, title")
    ('form', 'title')
    """
    parts = fields.replace("，", ",").split(",")
    return tuple(name.strip() for name in parts if name.strip())


def _run(
    text: list[str],
    *,
    started: float,
    settings: dict[str, Any],
    reading: dict[str, Any],
    out: Path | None,
    resume: bool,
    init_from: Path | None,
    tensorboard: bool,
    quiet: bool,
) -> None:
    from charbard.cli.progress import Screen
    from charbard.corpus.registry import config_for

    if tensorboard:
        need("--tensorboard", "tensorboard", extra="tensorboard")
    start, distributed, journal = _trainer_modules()
    corpus = config_for(text, reading, tell, recognise=not resume)
    if out is None:
        out = _free_folder(text[0], resume=resume)
    with (
        distributed.ranks(settings.get("threads")) as ranks,
        Screen(quiet=quiet or not ranks.first) as screen,
    ):
        request = start.TrainRequest(
            names=text,
            corpus=corpus,
            settings=settings,
            out=out,
            resume=resume,
            init_from=init_from,
            started=started,
        )
        trainer = start.open_training(request, ranks, screen.say)
        size = f"{trainer.setup.model.num_parameters / 1e6:.2f}"
        told = {"millions": size, "run": str(out)}
        screen.say(Note(f"{size} million weights; run: {out}", "training.size", told))
        more = [journal.TensorBoard(out / "tensorboard")] if tensorboard and ranks.first else []
        end = None
        for event in start.recorded(trainer, *more):
            screen.show(event)
            end = event
    if ranks.first:
        _tell(end, out, text)


def _trainer_modules() -> Any:
    """Import the modules that need torch.

    Raises:
        MissingExtraError: torch is not installed.
    """
    need("training", "torch", "matplotlib", extra="train")
    from charbard.train import distributed, journal, start

    return start, distributed, journal


def _free_folder(name: str, *, resume: bool) -> Path:
    """Return an unused folder runs/NAME, numbered if taken; to resume, return the latest one."""
    stem = Path(name).name.split(".")[0] or "run"
    stem = "text" if name == "-" else stem
    folder, number = Path("runs") / stem, 1
    latest = folder
    while folder.exists():
        latest, number = folder, number + 1
        folder = Path("runs") / f"{stem}-{number}"
    return latest if resume else folder


def _tell(end: Any, out: Path, text: list[str]) -> None:
    """Print the bundle's path to stdout and the next steps to stderr.

    If the run was interrupted, print only how to resume it, and exit with 130.
    """
    if end.complete:
        typer.echo(end.bundle)
        loss, seconds = f"{end.loss:.4f}", f"{end.elapsed_s:.0f}"
        report = str(out / "report.html")
        write = shlex.join(["charbard", "write", str(end.bundle)])
        for note in (
            Note(
                f"{loss} nats per character after {seconds} s; report: {report}",
                "trained.loss",
                {"loss": loss, "seconds": seconds, "report": report},
            ),
            end.verdict,
            Note(f"write with it: {write}", "trained.write", {"command": write}),
        ):
            if note:
                tell(note)
        return
    command = shlex.join(["charbard", "train", *text, "--out", str(out), "--resume"])
    same, code = "", "trained.interrupted"
    if "-" in text:
        same, code = " with the same text on standard input", "trained.interrupted_piped"
    tell(Note(f"interrupted and saved; go on{same} with: {command}", code, {"command": command}))
    raise typer.Exit(130)
