"""Prepare a training run, from the user's request to the point before the first update."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from charbard.bundle import Bundle, load_bundle
from charbard.config import CorpusConfig, ModelConfig, TrainConfig, from_dict, to_dict
from charbard.config.train import BUDGETS, SPEED
from charbard.corpus import Dataset, open_dataset
from charbard.corpus.spelling import words_of
from charbard.corpus.split import TRAIN, VALIDATION
from charbard.corpus.values import listed_values
from charbard.errors import CheckpointError, CorpusError, Note, OptionError, TrainingError
from charbard.files import readable
from charbard.train.distributed import Ranks
from charbard.train.events import Event, Finished
from charbard.train.grown import grown_network, grown_weights
from charbard.train.hardware import describe_machine, fast_bfloat16
from charbard.train.journal import Journal
from charbard.train.loop import Setup, Trainer
from charbard.train.page import write_page
from charbard.train.recipe import OVERHEAD, Recipe, Workload, choose, configs_from
from charbard.train.run import RunFolder, newest_readable
from charbard.train.schedule import Budget
from charbard.train.threads import use_kept
from charbard.train.trial import measured_speed
from charbard.vocab import Vocab

__all__ = ["TrainRequest", "open_training", "recorded"]


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """A user's request for a training run."""

    names: Sequence[str]
    """Files, folders, patterns, corpora by name, or `-` for standard input."""
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of `ModelConfig` and `TrainConfig` that the user gave, by name."""
    out: Path
    resume: bool = False
    init_from: Path | None = None
    started: float = field(default_factory=time.monotonic)
    """Start of the time budget, by `time.monotonic`."""


def open_training(
    request: TrainRequest, ranks: Ranks, say: Callable[[str], None] = lambda message: None
) -> Trainer:
    """Read the text, choose the settings that the user left open, and build the trainer.

    Args:
        request: The user's request.
        ranks: This process among all processes of the run.
        say: Called with messages for the user, such as choices with their reasons.

    Raises:
        CharbardError: An error of any subclass; see `errors`.
    """
    # Refuse wrong names and values before any work; the vocabulary's size does not matter here.
    configs_from(request.settings, len(Vocab(chars=("?",))))
    folder = RunFolder(request.out)
    if request.resume or (ranks.restarted and folder.checkpoints()):
        return _resumed(request, folder, ranks, say)
    if not set(BUDGETS) & set(request.settings):
        raise OptionError(
            "no budget given", code="budget.none", hint="give ⟪minutes⟫, ⟪epochs⟫ or ⟪steps⟫"
        )
    if folder.checkpoints() and not ranks.restarted:
        raise OptionError(
            f"{str(request.out)!r} holds a training already",
            code="out.taken",
            values={"path": str(request.out)},
            hint="resume it with ⟪resume⟫, or choose another place with ⟪out⟫",
        )
    base = load_bundle(request.init_from) if request.init_from else None
    notices: list[str] = []
    vocab = None if base is None else base.vocab
    dataset = _dataset(request, ranks, say, notices.append, vocab=vocab)
    settings = dict(request.settings)
    if base is not None:
        settings |= grown_network(base, settings)
    recipe = _recipe(dataset, request, settings, ranks)
    for reason in recipe.reasons:
        say(reason)
    model, config = configs_from(recipe.settings, len(dataset.vocab))
    _check_fits(dataset, config)
    notices += _without_effect(model, config, settings)
    return Trainer(
        Setup(
            dataset=dataset,
            model=model,
            config=config,
            ranks=ranks,
            folder=folder,
            budget=Budget(config, request.started),
            provenance=_provenance(dataset, base),
            initial_weights=None if base is None else grown_weights(base, dataset.vocab, model),
            spelling=words_of(dataset, notices.append) if config.spelling else (),
            notices=tuple(notices),
        )
    )


def _dataset(
    request: TrainRequest,
    ranks: Ranks,
    say: Callable[[str], None],
    warn: Callable[[str], None],
    *,
    vocab: Vocab | None,
    grow: bool = True,
) -> Dataset:
    """Open the dataset. Local rank 0 encodes it; the other processes of a machine use its cache."""
    # Encoding is slow and writes the cache: several processes would race for the same files.
    if ranks.local_rank == 0:
        dataset = open_dataset(
            request.names, request.corpus, vocab=vocab, grow=grow, say=say, warn=warn
        )
    ranks.wait()
    if ranks.local_rank != 0:
        dataset = open_dataset(request.names, request.corpus, vocab=vocab, grow=grow)
    about = dataset.about
    for place, name in enumerate(dataset.config.fields):
        if not dataset.field_sizes[:, place].any():
            raise CorpusError(
                f"no record has a field {name!r}",
                code="train.nofield",
                values={"field": name},
                hint="check its spelling in ⟪fields⟫",
            )
    if about["unknown"]:
        say(
            Note(
                f"{about['unknown']} of {about['ids']} characters are rarer than ⟪min_count⟫:"
                " unknown",
                "text.unknown",
                {"count": about["unknown"], "chars": about["ids"]},
            )
        )
    return dataset


def _recipe(
    dataset: Dataset, request: TrainRequest, settings: Mapping[str, Any], ranks: Ranks
) -> Recipe:
    """Choose the settings that the user left open: by measurement if there is a time budget, else
    by default."""
    minutes = settings.get("minutes")
    if minutes is None:
        return _fitted(dataset, settings)
    left = minutes * 60 - (time.monotonic() - request.started) - _overhead_s(minutes)
    if left <= 0:
        used = time.monotonic() - request.started
        raise TrainingError(
            f"nothing is left of {minutes:g} minutes: to start and read the text took {used:.0f} s",
            code="minutes.spent",
            values={"minutes": f"{minutes:g}", "seconds": f"{used:.0f}"},
            hint="give more ⟪minutes⟫; the text is kept and need not be read again",
        )
    precision = "bfloat16" if fast_bfloat16() else "float32"
    work = Workload(
        size=dataset.size(TRAIN),
        vocab_size=len(dataset.vocab),
        has_records=dataset.has_records,
        seconds=left,
        # All processes use the measurement of rank 0, because they must choose the same network.
        speed=lambda model, config: ranks.world * ranks.agreed(measured_speed(model, config))[0],
        asked_s=minutes * 60,
        precision="bfloat16" if ranks.agreed(float(precision == "bfloat16"))[0] else "float32",
    )
    return choose(work, settings)


def _overhead_s(minutes: float) -> float:
    """Estimate how many seconds of the budget measuring, validating and saving take."""
    return 3.0 + OVERHEAD * 60 * minutes


def _fitted(dataset: Dataset, settings: Mapping[str, Any]) -> Recipe:
    """Shrink the batch if the text is shorter than one batch; sizes that the user gave are kept."""
    _, config = configs_from(settings, len(dataset.vocab))
    batch, length, size = config.batch_size, config.seq_length, dataset.size(TRAIN)
    if dataset.has_records:
        return Recipe(settings, ())
    while "batch_size" not in settings and batch > 1 and batch * (length + 1) > size:
        batch //= 2
    while "seq_length" not in settings and length > 2 and batch * (length + 1) > size:
        length //= 2
    if (batch, length) == (config.batch_size, config.seq_length):
        return Recipe(settings, ())
    reason = Note(
        f"batch {batch} x {length} characters: the text has only {size} to learn from",
        "chosen.small",
        {"batch": batch, "length": length, "size": size},
    )
    return Recipe({**settings, "batch_size": batch, "seq_length": length}, (reason,))


def _check_fits(dataset: Dataset, config: TrainConfig) -> None:
    dropped = {entry.partition("=")[0].strip() for entry in config.field_dropout_of}
    for name in sorted({*config.written_fields, *dropped} - set(dataset.config.fields)):
        doing = "written" if name in config.written_fields else "left open"
        raise OptionError(
            f"the text has no field {name!r} to be {doing}",
            code="train.field",
            values={"field": name, "known": dataset.config.fields},
            hint=f"its fields: {', '.join(dataset.config.fields) or 'none'}; see ⟪fields⟫",
        )
    if config.patience is not None and dataset.size(VALIDATION) < 2:
        raise OptionError(
            f"⟪patience={config.patience}⟫ needs validations, and nothing is kept for them",
            code="patience.unvalidated",
            values={"patience": config.patience},
            hint="give ⟪validation⟫ a share above 0, or leave out ⟪patience⟫",
        )
    size = dataset.size(TRAIN)
    least = 2 if dataset.has_records else config.seq_length + 1
    if size < least:
        raise CorpusError(
            f"the text has only {size} characters to learn from, one sequence needs {least}",
            code="train.short",
            values={"count": size, "least": least},
            hint="give a longer text, or a smaller ⟪seq_length⟫",
        )


def _without_effect(
    model: ModelConfig, config: TrainConfig, given: Mapping[str, Any]
) -> Iterator[Note]:
    """Yield a notice for each given setting that has no effect in this run."""
    if given.get("dropout") and model.num_layers == 1:
        yield Note(
            "⟪dropout⟫ has no effect: it stands between layers, and there is one;"
            " try ⟪num_layers=2⟫, or ⟪dropout_output=0.2⟫",
            "useless.dropout",
        )
    if config.optimizer == "adamw":
        for name in sorted({"muon_rate", "muon_scope"} & set(given)):
            yield Note(
                f"⟪{name}⟫ has no effect: the optimizer is adamw", "useless.muon", {"name": name}
            )
    if config.decay == "constant" and "final_rate" in given:
        yield Note("⟪final_rate⟫ has no effect: the rate does not decay", "useless.final_rate")


def _provenance(dataset: Dataset, base: Bundle | None) -> dict[str, Any]:
    reading = to_dict(dataset.config)
    # Bundles are copied to other machines, so a bundle has the name of the file but not its path.
    if dataset.config.exclude_lines is not None:
        reading["exclude_lines"] = Path(dataset.config.exclude_lines).name
    origin = {} if base is None else {"init_from": base.digest}
    values = listed_values(dataset)
    return {
        "text": {"digest": dataset.digest, **dataset.about},
        "corpus": reading,
        "machine": describe_machine(),
        **({"values": values} if values else {}),
        **origin,
    }


def _resumed(
    request: TrainRequest, folder: RunFolder, ranks: Ranks, say: Callable[[str], None]
) -> Trainer:
    """Return a trainer that resumes from the newest checkpoint, with the settings saved there.

    Only the budget and the settings that depend on the machine may change.
    """
    checkpoint = newest_readable(folder)
    config = _kept_settings(checkpoint, request.settings)
    use_kept(config)
    corpus = from_dict(CorpusConfig, checkpoint.extra["corpus"])
    if request.corpus not in (corpus, CorpusConfig()):
        raise CheckpointError(
            "a resumed training reads its text as before, but another way was asked for",
            code="resume.reading",
            hint="leave out ⟪format⟫ and the other ways of reading; or use ⟪init_from⟫",
        )
    notices: list[str] = []
    # The vocabulary must not grow: the checkpoint's weights have one row for each symbol.
    as_before = replace(request, corpus=corpus)
    dataset = _dataset(as_before, ranks, say, notices.append, vocab=checkpoint.vocab, grow=False)
    step = checkpoint.extra["step"]
    say(Note(f"going on from step {step}", "training.resumed", {"step": step}))
    spent = checkpoint.extra["spent_s"] if config.minutes is not None else 0.0
    origin = ("text", "corpus", "values", "machine", "init_from")
    provenance = {n: value for n, value in checkpoint.provenance.items() if n in origin}
    return Trainer(
        Setup(
            dataset=dataset,
            model=checkpoint.config,
            config=config,
            ranks=ranks,
            folder=folder,
            budget=Budget(config, request.started, spent_before_s=spent),
            provenance=provenance,
            resume=checkpoint,
            spelling=words_of(dataset, notices.append) if config.spelling else (),
            notices=tuple(notices),
        )
    )


def _kept_settings(checkpoint: Bundle, settings: Mapping[str, Any]) -> TrainConfig:
    """Return the checkpoint's settings, updated with the request's budget and machine settings.

    Raises:
        CheckpointError: The request changes any other setting.
    """
    decided = dict(checkpoint.extra["training"])
    kept = {**to_dict(checkpoint.config), **decided}
    budget = {name: settings[name] for name in BUDGETS if settings.get(name) is not None}
    others = {
        name
        for name, value in settings.items()
        if name not in (*budget, *SPEED) and kept.get(name, value) != value
    }
    if others:
        raise CheckpointError(
            f"a resumed training keeps its settings, but {min(others)} was given",
            code="resume.setting",
            values={"name": min(others)},
            hint=f"only {', '.join(f'⟪{name}⟫' for name in (*BUDGETS, *SPEED))} may change;"
            " else use ⟪init_from⟫",
        )
    decided |= {name: settings[name] for name in SPEED if name in settings}
    # A new budget replaces the old one entirely: a run must not have both minutes and steps.
    if budget:
        decided |= {name: budget.get(name) for name in BUDGETS}
    return from_dict(TrainConfig, decided)


def recorded(trainer: Trainer, *more: Any) -> Iterator[Event]:
    """Run a trainer and yield its events; write them to the log, and at the end the report page.

    Args:
        trainer: The trainer to run.
        more: Additional listeners with `write` and `close`, such as `TensorBoard`.
    """
    if not trainer.setup.ranks.first:
        yield from trainer.run()
        return
    folder = trainer.setup.folder
    folder.clear_half_written()
    listeners = [Journal(folder.log), *more]
    try:
        for event in trainer.run():
            for listener in listeners:
                listener.write(event)
            if isinstance(event, Finished):
                title = readable(folder.path.resolve().name)
                write_page(folder.log, folder.report, title=title, about=_about(trainer))
            yield event
    finally:
        for listener in listeners:
            listener.close()


def _about(trainer: Trainer) -> dict[str, Any]:
    setup = trainer.setup
    return {
        **to_dict(setup.model),
        "parameters": setup.model.num_parameters,
        **to_dict(setup.config),
        **setup.provenance,
    }
