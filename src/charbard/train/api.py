"""Train a model from Python."""

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from charbard.config import CorpusConfig, to_dict
from charbard.corpus.registry import config_for
from charbard.errors import OptionError, TrainingError, in_python, spelled
from charbard.files import path_of, saving
from charbard.train.distributed import ranks
from charbard.train.events import Finished, Notice
from charbard.train.page import curves
from charbard.train.start import TrainRequest, open_training, recorded

__all__ = ["Trained", "fit"]


@dataclass(frozen=True)
class Trained:
    """Result of a finished training run."""

    model: Path
    """Path of the bundle, which `charbard.load` opens."""
    loss: float
    """Nats per character on held-out text; on the training text if nothing was held out."""
    epochs: float
    seconds: float
    log: Path
    notes: tuple[str, ...] = ()
    """Assumptions that were made about the text, and settings that had no effect."""
    verdict: str = ""
    """Sentences on what to expect of the model and what would improve it."""

    def _repr_html_(self) -> str:
        return (
            f"<p>{self.model}: {self.loss:.4f} nats per character after {self.epochs:.2f} epochs"
            f" in {self.seconds / 60:.1f} minutes</p><p>{self.verdict}</p>{curves(self.log)}"
        )


def fit(  # noqa: PLR0913 - one call is the whole of training from Python
    text: str | Path | Sequence[str | Path] | None = None,
    *,
    texts: Iterable[str | Mapping[str, Any]] | None = None,
    out: str | Path,
    minutes: float | None = None,
    corpus: CorpusConfig | None = None,
    resume: bool = False,
    init_from: str | Path | None = None,
    **settings: Any,
) -> Trained:
    """Train a model on a text.

    Args:
        text: File, folder or pattern, or several of these; or the name of a corpus.
        texts: Texts in memory, instead of `text`. Each is a record: a string, or a mapping with a
            text and fields.
        out: Folder for the model, its checkpoints, log and report.
        minutes: Budget in minutes; settings that are left out are chosen to suit it. To set
            the budget otherwise, pass `epochs` or `steps`.
        corpus: Settings for reading the text; they may also be given among `settings`.
        resume: Whether to resume the interrupted training run in `out`.
        init_from: Bundle whose weights training starts from.
        settings: Fields of `ModelConfig`, `TrainConfig` and `CorpusConfig`.

    Raises:
        CharbardError: An error of any subclass; see `charbard.errors`.
    """
    if (text is None) == (texts is None):
        raise OptionError(
            "one text is needed, in files or in memory",
            code="fit.one",
            hint="charbard.fit('my.txt', …) or charbard.fit(texts=['one', 'two'], …)",
        )
    if texts is not None:
        with _as_file(texts) as file:
            settings = {"format": "jsonl", **settings}
            return fit(
                file,
                out=out,
                minutes=minutes,
                corpus=corpus,
                resume=resume,
                init_from=init_from,
                **settings,
            )
    paths = text if isinstance(text, Iterable) and not isinstance(text, str) else [text]
    names = [str(path_of(name, name="text")) for name in paths]
    found: list[str] = []
    if minutes is not None:
        settings["minutes"] = minutes
    given = {name: settings.pop(name) for name in to_dict(CorpusConfig()) if name in settings}
    asked = {**({} if corpus is None else to_dict(corpus)), **given}
    request = TrainRequest(
        names=names,
        corpus=config_for(names, asked, found.append, recognise=not resume and corpus is None),
        settings=settings,
        out=path_of(out, name="out"),
        resume=resume,
        init_from=None if init_from is None else path_of(init_from, name="init_from"),
    )
    with ranks(settings.get("threads")) as here:
        trainer = open_training(request, here)
        events = list(recorded(trainer))
        end = next(event for event in reversed(events) if isinstance(event, Finished))
    found += [event.message for event in events if isinstance(event, Notice)]
    notes = tuple(spelled(note, in_python) for note in found)
    for note in notes:
        warnings.warn(note, stacklevel=2)
    if not end.complete:
        raise TrainingError(
            "interrupted",
            code="fit.interrupted",
            values={"path": str(out)},
            hint=f"go on with: charbard.fit(…, out={str(out)!r}, resume=True)",
        )
    log = trainer.setup.folder.log
    return Trained(end.bundle, end.loss, end.epoch, end.elapsed_s, log, notes, end.verdict)


@contextmanager
def _as_file(texts: Iterable[str | Mapping[str, Any]]) -> Iterator[Path]:
    """Write texts to a temporary file of JSON lines, because training reads them several times."""
    if isinstance(texts, str):
        raise OptionError(
            "texts is one text", code="fit.list", hint="give a list: texts=['one', 'two']"
        )
    with TemporaryDirectory() as folder, saving(Path(folder)):
        file = Path(folder) / "texts.jsonl"
        with file.open("w", encoding="utf-8", errors="replace") as lines:
            for number, one in enumerate(texts, 1):
                if not isinstance(one, str | Mapping):
                    raise OptionError(
                        f"text {number} is neither text nor a mapping, got {one!r:.60}",
                        code="fit.kind",
                        values={"number": number, "given": f"{one!r:.60}"},
                        hint="for example: texts=['one', {'text': 'two'}]",
                    )
                row = one if isinstance(one, str) else dict(one)
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        yield file
