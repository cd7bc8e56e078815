"""A training run that is cut short loses nothing, and resumes where it stopped."""

import json
import os
import random
import signal

import numpy as np
import pytest
import torch

from charbard.bundle import load_bundle
from charbard.config import CorpusConfig
from charbard.errors import (
    CheckpointError,
    OptionError,
    SaveError,
)
from charbard.train.distributed import Ranks
from charbard.train.events import Finished, Saved, Validated
from charbard.train.run import RunFolder
from charbard.train.start import TrainRequest, open_training, recorded
from tests.train.conftest import SMALL, events_of, new_trainer


@pytest.mark.parametrize(
    "more", [{}, {"attention": 8, "muon_every": 3}], ids=["plain", "looks back"]
)
def test_resume_goes_on_bit_for_bit(owl, tmp_path, more) -> None:
    """A run that is stopped and resumed has the same weights and loss as an uninterrupted run."""
    flat = {"decay": "constant", "warmup": 0.0, **more}  # the rate must not depend on the budget
    flat["eval_every"] = 25  # only the run that stops at step 20 validates there
    events_of(owl, tmp_path / "parts", steps=20, **flat)
    straight = events_of(owl, tmp_path / "straight", steps=35, **flat)
    resumed = list(recorded(new_trainer(owl, tmp_path / "parts", resume=True)))  # nothing to do
    assert resumed[-1].complete

    request = TrainRequest(
        names=[str(owl)], out=tmp_path / "parts", resume=True, settings={"steps": 35}
    )
    end = list(recorded(open_training(request, Ranks())))[-1]

    assert end.step == 35
    ours = load_bundle(RunFolder(tmp_path / "parts").newest_checkpoint(), with_resume=True)
    theirs = load_bundle(RunFolder(tmp_path / "straight").newest_checkpoint(), with_resume=True)
    assert ours.resume.keys() == theirs.resume.keys()
    for name, value in theirs.resume.items():
        assert np.array_equal(ours.resume[name], value), name
    assert end.loss == straight[-1].loss


def test_an_interrupt_saves_and_says_so(owl, tmp_path) -> None:
    """On Ctrl-C a run finishes the step and writes a checkpoint from which it can be resumed."""
    trainer = new_trainer(owl, tmp_path / "run", steps=30)
    events = []
    for event in recorded(trainer):
        events.append(event)
        if isinstance(event, Validated):
            os.kill(os.getpid(), signal.SIGINT)

    end = events[-1]
    assert isinstance(end, Finished)
    assert not end.complete
    assert 10 <= end.step < 30
    straight = events_of(owl, tmp_path / "straight", steps=30)
    assert events_of(owl, tmp_path / "run", resume=True)[-1].loss == straight[-1].loss


def test_a_resumed_run_may_be_faster(owl, tmp_path) -> None:
    """The budget and speed settings may change on resume; omitted settings stay the same."""
    events_of(owl, tmp_path / "run", steps=10, threads=None)
    faster = {"steps": 12, "threads": 1, "precision": "float64", "muon_every": 2}
    request = TrainRequest(names=[str(owl)], out=tmp_path / "run", resume=True, settings=faster)

    trainer = open_training(request, Ranks())

    kept = trainer.setup.config
    assert (kept.threads, kept.precision, kept.muon_every) == (1, "float64", 2)
    assert (kept.steps, kept.batch_size) == (12, SMALL["batch_size"])
    assert list(recorded(trainer))[-1].step == 12


def test_a_resumed_run_keeps_its_threads(owl, tmp_path) -> None:
    """A resumed run uses the number of threads that its checkpoint records."""
    events_of(owl, tmp_path / "run", steps=2)
    torch.set_num_threads(2)

    new_trainer(owl, tmp_path / "run", resume=True)

    assert torch.get_num_threads() == SMALL["threads"] == 1


def test_a_resumed_run_keeps_what_its_fields_say(tmp_path) -> None:
    """The bundle lists the values of the text's fields, even if the run was resumed."""
    chance = random.Random(0)
    rows = [
        {"text": "".join(chance.choices("春江花月夜山水", k=20)), "form": "ab"[n % 2]}
        for n in range(60)
    ]
    text = tmp_path / "rows.jsonl"
    text.write_text("".join(json.dumps(row) + "\n" for row in rows))
    corpus = CorpusConfig(format="jsonl", fields=("form",))
    for budget in ({"steps": 4, **SMALL}, {"steps": 6}):
        out = tmp_path / "run"
        resume = "hidden_size" not in budget
        request = TrainRequest(
            names=[str(text)], corpus=corpus, out=out, resume=resume, settings=budget
        )
        list(recorded(open_training(request, Ranks())))

        values = load_bundle(tmp_path / "run" / "model.safetensors").provenance["values"]
        assert sorted(values["form"]) == ["a", "b"]


def test_what_cannot_be_resumed(owl, tmp_path, trained) -> None:
    """A missing checkpoint, a changed text or setting, and a used folder have separate errors."""
    other = tmp_path / "other.txt"
    other.write_text("quite another text\n" * 99)
    cases = [
        ({"out": tmp_path / "none", "resume": True}, CheckpointError, "no checkpoint"),
        ({"names": [str(other)], "resume": True}, CheckpointError, "from another text"),
        ({"settings": {"hidden_size": 99}, "resume": True}, CheckpointError, "hidden_size"),
        ({"settings": {"steps": 1}}, OptionError, "holds a training already"),
    ]
    for change, error, message in cases:
        with pytest.raises(error, match=message):
            open_training(TrainRequest(**{"names": [str(owl)], "out": trained, **change}), Ranks())


def test_a_damaged_checkpoint_is_passed_over(owl, tmp_path) -> None:
    """If the newest checkpoint is cut short, the run resumes from the checkpoint before it."""
    events_of(owl, tmp_path / "run", steps=20)
    folder = RunFolder(tmp_path / "run")
    older, newest = folder.checkpoints()
    newest.write_bytes(newest.read_bytes()[:1000])

    trainer = new_trainer(owl, tmp_path / "run", resume=True)

    assert trainer.learner.step_count == 20 or trainer.learner.step_count == 10
    assert load_bundle(older).extra["step"] == trainer.learner.step_count


def test_a_full_disk_keeps_the_last_checkpoint(owl, tmp_path, monkeypatch) -> None:
    """If saving fails for lack of space, the run can be resumed from its last checkpoint."""
    trainer = new_trainer(owl, tmp_path / "run", steps=20)
    events = recorded(trainer)
    for event in events:
        if isinstance(event, Saved) and event.kind == "checkpoint":
            break

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match="no space left"):
        list(events)
    monkeypatch.undo()

    assert events_of(owl, tmp_path / "run", resume=True)[-1].complete
