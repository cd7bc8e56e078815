"""The training loop: a generator of events that keeps to its budget and prints nothing."""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from torch import Tensor

from charbard.bundle import Bundle, save_bundle
from charbard.config import ModelConfig, TrainConfig, to_dict
from charbard.corpus import Dataset
from charbard.corpus.split import TRAIN
from charbard.errors import CheckpointError, Note, TrainingError
from charbard.train.batches import Position, batches_of
from charbard.train.distributed import Ranks
from charbard.train.evaluate import MOST_CHARS, validation_loss
from charbard.train.events import Event, Finished, Notice, Sampled, Saved, Validated
from charbard.train.interrupt import StopRequest, listening
from charbard.train.learner import Learner, StepResult
from charbard.train.pace import Due, Meter, snapshot_shares
from charbard.train.run import RunFolder, arrays_of, tensors_of
from charbard.train.sample import sample_text
from charbard.train.schedule import Budget, rate_at
from charbard.train.threads import thread_count
from charbard.train.verdict import Learned, unigram_nats, verdict

__all__ = ["Setup", "Trainer"]

_MOST_ROLLBACKS = 5
_TO_LEAVE_S = 1.2
"""Seconds for the final checkpoint, and for starting and ending the interpreter: the clock of the
budget sees neither, but the user does."""
_SAMPLE_TEMPERATURES = (0.5, 1.0)
_TO_COUNT = 1_000_000
"""The verdict counts characters in at most this many ids, from the start of the text."""
_SHARE_TO_VALIDATE, _FEWEST_CHARS = 0.05, 20_000
"""Length of a validation, as a share of the characters that the run will read, and its minimum in
characters. Validation reads three times as fast as training."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Everything that a training run needs, decided before it starts."""

    dataset: Dataset
    model: ModelConfig
    config: TrainConfig
    ranks: Ranks
    folder: RunFolder
    budget: Budget
    provenance: Mapping[str, Any] = field(default_factory=dict)
    resume: Bundle | None = None
    """Checkpoint to resume from."""
    initial_weights: Mapping[str, Tensor] | None = None
    """Initial weights taken from another model, by name."""
    spelling: tuple[str, ...] = ()
    """Words of the text, to be listed in the bundle; may be empty."""
    notices: tuple[str, ...] = ()
    """Assumptions made before the start; they are emitted as the first events, for the log."""


class Trainer:
    """A training run. Its mutable state is the learner, the batches and a few counters."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.learner = Learner(setup.model, setup.config, setup.ranks)
        self.batches = batches_of(setup.dataset, setup.config, setup.ranks.rows)
        self._best = math.inf
        self._last_loss = math.nan
        self._rate_scale = 1.0
        self._rollbacks = 0
        self._without_gain = self._validated = 0
        self._validations: list[float] = []
        if setup.resume is not None:
            self._resume(setup.resume)
        elif setup.initial_weights is not None:
            self.learner.set_weights(setup.initial_weights)
        self._good_state = self._restore_point()
        # Created after resuming, so that it starts from the share of the budget already spent.
        self._meter = Meter(setup.model, self.learner.network.device, self._fraction())
        config, budget, minutes = setup.config, setup.budget, setup.config.minutes
        self._check_ups = Due(config.eval_every, budget, setup.ranks, least_share=0.05)
        # At most one checkpoint a minute, but a few even in a short run.
        a_minute = min(0.25, 1 / minutes) if minutes else 0.0
        self._saves = Due(config.save_every, budget, setup.ranks, least_share=a_minute)
        self._snapshots = snapshot_shares(config.snapshots, self._fraction())
        self._threads = thread_count(config, setup.ranks)

    def run(self) -> Iterator[Event]:
        """Train until the budget is spent or the run is interrupted; yield the events.

        Raises:
            TrainingError: The loss cannot be kept finite.
            SaveError: A file cannot be written.
        """
        yield from map(Notice, self.setup.notices)
        with listening() as stop:
            fraction, stopped = self._agree(stop)
            while fraction < 1 and not stopped:
                batch = self.batches.next()
                began = time.perf_counter()
                result = self.learner.update(
                    batch, rate_at(fraction, self.setup.config) * self._rate_scale
                )
                seconds = time.perf_counter() - began
                self._meter.add(result, batch.counted, seconds)
                if self._threads is not None:
                    self._threads.note(batch.counted, seconds)
                # This is the norm of the averaged gradient, so all processes see the same value and
                # roll back together; the loss differs between processes. Restoring undoes the bad
                # update.
                if not math.isfinite(result.grad_norm):
                    yield self._roll_back()
                fraction, stopped = self._agree(stop)
                if math.isfinite(result.grad_norm):
                    yield from self._report(fraction, result)
                    if fraction < 1:
                        yield from self._maintain(fraction)
            yield from self._end(complete=fraction >= 1)

    def _fraction(self, elapsed_s: float | None = None) -> float:
        return self.setup.budget.fraction(
            step=self.learner.step_count, epochs=self.batches.epochs, elapsed_s=elapsed_s
        )

    def _agree(self, stop: StopRequest) -> tuple[float, bool]:
        """Return (spent share of the budget, whether to stop), the same on every process."""
        patience = self.setup.config.patience
        is_over = patience is not None and self._without_gain >= patience
        # Clocks and signals differ between processes. All must leave the loop after the same
        # update, or the next exchange of gradients would wait forever.
        elapsed, stopped, over = self.setup.ranks.agreed(
            self.setup.budget.elapsed_s, float(bool(stop)), float(is_over)
        )
        return 1.0 if over else self._fraction(elapsed), stopped > 0

    def _report(self, fraction: float, result: StepResult) -> Iterator[Event]:
        if not self._meter.due():
            return
        left = self.setup.budget.seconds_left(
            fraction, self._meter.running_s, self._meter.fraction_at_start
        )
        yield self._meter.progress(
            self.learner.step_count,
            self.batches.epochs,
            fraction,
            result.grad_norm,
            rate_at(fraction, self.setup.config) * self._rate_scale,
            left,
        )

    def _maintain(self, fraction: float) -> Iterator[Event]:
        """Validate, save and take snapshots when each is due."""
        step = self.learner.step_count
        if self._check_ups.due(step, fraction):
            yield from self._check_ups.timed(fraction, self._check_up())
            # The last check-up is part of the budget too; the rest is for the final checkpoint and
            # for the end of the process.
            self.setup.budget.reserve_s = 1.5 * self._check_ups.seconds + _TO_LEAVE_S
        if self._saves.due(step, fraction):
            yield from self._saves.timed(fraction, self._save())
        if self._snapshots and fraction >= self._snapshots[0]:
            self._snapshots.pop(0)
            yield from self._snapshot()

    def _check_up(self) -> Iterator[Event]:
        """Validate the EMA of the weights, save it if it is the best so far, and sample text."""
        self._good_state = self._restore_point()
        self.setup.dataset.release()
        if not self.setup.ranks.first:
            return
        # The first check-up fixes the length: losses are comparable only on the same text.
        self._validated = self._validated or self._to_validate()
        loss = validation_loss(
            self.learner.average, self.setup.dataset, self.setup.config, self._validated
        )
        if loss is not None:
            best = loss < self._best
            self._validations.append(loss)
            self._last_loss, self._best = loss, min(loss, self._best)
            self._without_gain = 0 if best else self._without_gain + 1
            yield Validated(self.learner.step_count, self.batches.epochs, loss, best)
            if self._without_gain == self.setup.config.patience:
                yield Notice(
                    Note(
                        f"no better in {self._without_gain} validations: ended at step"
                        f" {self.learner.step_count} (⟪patience⟫)",
                        "ended.patience",
                        {"times": self._without_gain, "step": self.learner.step_count},
                    )
                )
            if best:
                yield self._save_bundle()
        for temperature in _SAMPLE_TEMPERATURES:
            text = sample_text(
                self.learner.average,
                self.setup.dataset.vocab,
                has_records=self.setup.dataset.has_records,
                temperature=temperature,
                length=200,
                seed=self.setup.config.seed,
            )
            yield Sampled(self.learner.step_count, temperature, text)

    def _to_validate(self) -> int:
        """Return the number of characters of each validation.

        With a time budget it is a share of the characters that the run will read, so that a
        slow machine does not spend its time on validation.
        """
        minutes = self.setup.config.minutes
        if minutes is None:
            return MOST_CHARS
        in_all = 60 * minutes * self._meter.chars_per_s
        return int(min(MOST_CHARS, max(_FEWEST_CHARS, _SHARE_TO_VALIDATE * in_all)))

    def _end(self, *, complete: bool) -> Iterator[Event]:
        if complete:
            yield from self._check_up()
            if self._snapshots:
                yield from self._snapshot()
        if self.setup.ranks.first and not math.isfinite(self._best):
            yield self._save_bundle()  # no validation: the last weights become the model
        yield from self._save()
        if self.setup.ranks.first:
            loss = self._best if math.isfinite(self._best) else self._meter.loss
            yield Finished(
                complete,
                self.learner.step_count,
                self.batches.epochs,
                loss,
                self.setup.budget.elapsed_s,
                self.setup.folder.bundle,
                verdict(self._learned()) if complete and self._validations else "",
            )

    def _learned(self) -> Learned:
        dataset = self.setup.dataset
        return Learned(
            validations=self._validations,
            training=self._meter.loss,
            unigram=unigram_nats(np.asarray(dataset.ids[:_TO_COUNT])),
            symbols=len(dataset.vocab),
            size=dataset.size(TRAIN),
        )

    def _bundle(self) -> Bundle:
        return Bundle(
            config=self.setup.model,
            vocab=self.setup.dataset.vocab,
            weights=arrays_of(self.learner.average),
            has_records=self.setup.dataset.has_records,
            spelling=self.setup.spelling,
            provenance={
                **self.setup.provenance,
                "training": to_dict(self.setup.config),
                "steps": self.learner.step_count,
                "epochs": round(self.batches.epochs, 4),
                "seconds": round(self.setup.budget.elapsed_s, 1),
            },
            scores={"validation_nats": self._last_loss} if math.isfinite(self._last_loss) else {},
        )

    def _save_bundle(self) -> Saved:
        save_bundle(self._bundle(), self.setup.folder.bundle)
        return Saved("bundle", self.setup.folder.bundle)

    def _snapshot(self) -> Iterator[Event]:
        if self.setup.ranks.first:
            path = self.setup.folder.snapshot(self.learner.step_count)
            save_bundle(self._bundle(), path, as_bytes=True)
            yield Saved("snapshot", path)

    def _save(self) -> Iterator[Event]:
        """Save a checkpoint. Every process contributes its rows of state; rank 0 writes it."""
        # This collects rows from all processes, so every process must reach this line.
        tensors = self.learner.tensors()
        if not self.setup.ranks.first:
            return
        bundle = self._bundle()
        extra = {
            "step": self.learner.step_count,
            "position": self.batches.position,
            "best": self._best if math.isfinite(self._best) else None,
            "rate_scale": self._rate_scale,
            "without_gain": self._without_gain,
            "text": self.setup.dataset.digest,
            "training": to_dict(self.setup.config),
            "corpus": to_dict(self.setup.dataset.config),
            "spent_s": self.setup.budget.elapsed_s,
        }
        loss = self._last_loss if math.isfinite(self._last_loss) else self._meter.loss
        path = self.setup.folder.save_checkpoint(
            replace(bundle, extra=extra),
            tensors,
            epoch=self.batches.epochs,
            loss=loss,
            keep=self.setup.config.keep,
        )
        yield Saved("checkpoint", path)

    def _resume(self, checkpoint: Bundle) -> None:
        extra = checkpoint.extra
        if extra["text"] != self.setup.dataset.digest:
            raise CheckpointError(
                "the checkpoint was made from another text, or the text was read in another way",
                code="checkpoint.text",
                hint="give the same text, read in the same way, or use ⟪init_from⟫ for a new text",
            )
        try:
            self.learner.restore(tensors_of(checkpoint), extra["step"])
        except (KeyError, RuntimeError) as error:
            raise CheckpointError(
                f"the checkpoint is of another model: {error}",
                code="checkpoint.model",
                values={"why": str(error)},
                hint="name the folder of its own run with ⟪out⟫, or start anew without ⟪resume⟫",
            ) from None
        self.batches.position = tuple(extra["position"])
        self._best = math.inf if extra["best"] is None else extra["best"]
        self._last_loss = checkpoint.scores.get("validation_nats", math.nan)
        self._rate_scale = extra["rate_scale"]
        self._without_gain = extra.get("without_gain", 0)

    def _restore_point(self) -> tuple[dict[str, Tensor], int, Position]:
        return self.learner.tensors(), self.learner.step_count, self.batches.position

    def _roll_back(self) -> Notice:
        """Restore the state saved at the last validation and halve the learning rate."""
        self._rollbacks += 1
        if self._rollbacks > _MOST_ROLLBACKS:
            raise TrainingError(
                f"the loss was not a number {self._rollbacks} times, at ever smaller rates",
                code="loss.diverged",
                values={"times": self._rollbacks},
                hint="try ⟪learning_rate=0.001⟫, ⟪clip=0.5⟫ or ⟪precision=float32⟫",
            )
        tensors, step, position = self._good_state
        at = self.learner.step_count
        self.learner.restore(tensors, step)
        self.batches.position = position
        self._rate_scale /= 2
        self._meter.forget()
        return Notice(
            Note(
                f"step {at}: the loss was not a number; back to step {step} at half the learning"
                " rate",
                "loss.back",
                {"at": at, "step": step},
            )
        )
