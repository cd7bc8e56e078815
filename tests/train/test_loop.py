"""A training run ends on time, loses nothing, and resumes where it stopped."""

import json
import math
import os
import random
import signal
import time
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pytest
import torch

import charbard
from charbard.bundle import load_bundle
from charbard.config import CorpusConfig, TrainConfig
from charbard.errors import (
    CharbardError,
    CheckpointError,
    CorpusError,
    OptionError,
    SaveError,
    TrainingError,
)
from charbard.train.distributed import Ranks
from charbard.train.events import Finished, Notice, Sampled, Saved, Validated
from charbard.train.loop import Trainer
from charbard.train.network import CharRNN
from charbard.train.run import RunFolder
from charbard.train.schedule import Budget
from charbard.train.start import TrainRequest, open_training, recorded

SMALL = {
    "hidden_size": 16,
    "embedding_size": 8,
    "batch_size": 4,
    "seq_length": 16,
    "dropout": 0.1,
    "dropout_output": 0.2,
    "eval_every": 10,
    "save_every": 10,
    "threads": 1,
}


def _trainer(owl: Path, out: Path, **settings):
    resume = settings.pop("resume", False)
    request = TrainRequest(
        names=[str(owl)],
        out=out,
        resume=resume,
        settings={} if resume and not settings else {**SMALL, **settings},
    )
    return open_training(request, Ranks())


def _run(*args, **settings):
    return list(recorded(_trainer(*args, **settings)))


def test_a_run_leaves_all_its_files(trained) -> None:
    """A run leaves a bundle, checkpoints named by epoch and loss, snapshots, log and report."""
    folder = RunFolder(trained)
    events = [json.loads(line) for line in folder.log.read_text().splitlines()]
    bundle = load_bundle(folder.bundle)

    end = events[-1]
    assert end["event"] == "finished"
    assert end["verdict"].startswith("what to expect: ")
    assert end["complete"]
    assert bundle.scores["validation_nats"] == pytest.approx(end["loss"], abs=1e-5)
    assert end["loss"] < 2.6 < math.log(len(bundle.vocab))
    names = [path.name for path in folder.checkpoints()]
    losses = [event["loss"] for event in events if event["event"] == "validated"]
    assert len(names) == 2
    assert names[-1] == f"checkpoint_epoch{end['epoch']:.2f}_{losses[-1]:.4f}.safetensors"
    assert len(list((trained / "snapshots").iterdir())) == 2
    assert {"validated", "sampled", "saved"} <= {event["event"] for event in events}
    page = folder.report.read_text()
    assert "<svg" in page
    assert "temperature 0.5" in page
    assert "http" not in page.replace("http://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "").replace("https://matplotlib.org", "")
    assert bundle.provenance["text"]["names"] == ["owl.txt"]


def test_a_checkpoint_writes_like_a_bundle(trained) -> None:
    """A checkpoint can be loaded and used for writing like a bundle."""
    path = RunFolder(trained).checkpoints()[0]

    assert len(charbard.load(path).write(length=20, seed=1).text) == 20


@pytest.mark.parametrize(
    "more", [{}, {"attention": 8, "muon_every": 3}], ids=["plain", "looks back"]
)
def test_resume_goes_on_bit_for_bit(owl, tmp_path, more) -> None:
    """A run that is stopped and resumed has the same weights and loss as an uninterrupted run."""
    flat = {"decay": "constant", "warmup": 0.0, **more}  # the rate must not depend on the budget
    flat["eval_every"] = 25  # not at the stop: validating must not affect training
    _run(owl, tmp_path / "parts", steps=20, **flat)
    straight = _run(owl, tmp_path / "straight", steps=35, **flat)
    resumed = list(recorded(_trainer(owl, tmp_path / "parts", resume=True)))  # nothing to do
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
    trainer = _trainer(owl, tmp_path / "run", steps=30)
    events = []
    for event in recorded(trainer):
        events.append(event)
        if isinstance(event, Validated):
            os.kill(os.getpid(), signal.SIGINT)

    end = events[-1]
    assert isinstance(end, Finished)
    assert not end.complete
    assert 10 <= end.step < 30
    straight = _run(owl, tmp_path / "straight", steps=30)
    assert _run(owl, tmp_path / "run", resume=True)[-1].loss == straight[-1].loss


def test_not_a_number_is_rolled_back(owl, tmp_path) -> None:
    """After a loss of NaN the run goes back a few steps, halves the learning rate and completes."""
    trainer = _trainer(owl, tmp_path / "run", steps=30)
    update, poisoned = trainer.learner.update, []

    def poison(batch, rate):
        if trainer.learner.step_count == 15 and not poisoned:
            poisoned.append(rate)
            with torch.no_grad():
                trainer.learner.network.weight("output.bias").fill_(math.nan)
        return update(batch, rate)

    trainer.learner.update = poison

    events = list(recorded(trainer))

    *_, notice = (event for event in events if isinstance(event, Notice))
    assert "back to step 10 at half the learning rate" in notice.message
    assert events[-1].complete
    assert math.isfinite(events[-1].loss)


def test_always_not_a_number_gives_up_with_advice(owl, tmp_path) -> None:
    """If the loss is NaN even at lower rates, training fails and the hint says what to try."""
    trainer = _trainer(owl, tmp_path / "run", steps=30)
    update = trainer.learner.update

    def poison(batch, rate):
        with torch.no_grad():
            trainer.learner.network.weight("output.bias").fill_(math.nan)
        return update(batch, rate)

    trainer.learner.update = poison

    with pytest.raises(TrainingError, match="not a number 6 times") as caught:
        list(recorded(trainer))
    assert "learning_rate" in caught.value.hint


def test_the_best_weights_are_kept(owl, tmp_path) -> None:
    """The bundle's score is the lowest validation loss of the run, not the last one."""
    events = _run(owl, tmp_path / "run", steps=60, learning_rate=0.5, muon_rate=0.5, average=None)

    losses = [event.loss for event in events if isinstance(event, Validated)]
    bundle = load_bundle(tmp_path / "run" / "model.safetensors")
    assert bundle.scores["validation_nats"] == pytest.approx(min(losses))
    assert events[-1].loss == min(losses)


def test_begin_with_another_model_and_new_characters(owl, tmp_path, trained) -> None:
    """Fine-tuning starts from a model's weights and adds the characters that the model lacks."""
    path = tmp_path / "new.txt"
    path.write_text("春江花月夜。\n" * 60 + owl.read_text()[-3000:])
    init = trained / "model.safetensors"
    request = TrainRequest(
        names=[str(path)],
        out=tmp_path / "run",
        init_from=init,
        settings={"steps": 10, "batch_size": 4, "seq_length": 16, "eval_every": 5, "threads": 1},
    )

    events = list(recorded(open_training(request, Ranks())))

    old, new = load_bundle(init), load_bundle(tmp_path / "run" / "model.safetensors")
    assert new.vocab.chars[: len(old.vocab.chars)] == old.vocab.chars
    assert set("春江花月夜。") <= set(new.vocab.chars)
    assert new.provenance["init_from"] == old.digest
    assert next(e for e in events if isinstance(e, Validated)).loss < 0.8 * math.log(len(new.vocab))


def test_begin_with_another_model_and_a_new_field(tmp_path) -> None:
    """Fine-tuning adds a field that the model lacks, and every old symbol keeps its weights."""
    path = tmp_path / "r.jsonl"
    path.write_text('{"title": "夜", "rhyme": "霜", "text": "床前明月光"}\n' * 100)

    def training(name: str, *fields: str, **settings) -> Trainer:
        request = TrainRequest(
            names=[str(path)],
            out=tmp_path / name,
            corpus=CorpusConfig(format="jsonl", fields=fields, validation=0.0),
            init_from=None if name == "one" else tmp_path / "one" / "model.safetensors",
            settings={**SMALL, "steps": 4, **settings},
        )
        return open_training(request, Ranks())

    list(recorded(training("one", "title")))
    begun = training("two", "title", "rhyme", written_fields=("rhyme",))

    old = load_bundle(tmp_path / "one" / "model.safetensors")
    vocab, weights = begun.setup.dataset.vocab, begun.setup.initial_weights
    assert vocab.fields == ("title", "rhyme")
    rows = [vocab.symbols.index(symbol) for symbol in old.vocab.symbols]
    for name in ("embedding", "output.weight", "output.bias"):
        assert np.allclose(weights[name].numpy()[rows], old.weights[name])
    with pytest.raises(CorpusError, match="conditioned on"):
        training("three", "rhyme")
    with pytest.raises(OptionError, match="no field 'form'"):
        training("four", "title", written_fields=("form",))


def test_begin_with_another_model_and_a_head_that_looks_back(owl, tmp_path, trained) -> None:
    """A new attention head leaves the logits unchanged at first, and is then trained."""
    init = trained / "model.safetensors"

    def training(**settings) -> Trainer:
        return open_training(
            TrainRequest(names=[str(owl)], out=tmp_path / "run", init_from=init, settings=settings),
            Ranks(),
        )

    with pytest.raises(OptionError, match="cannot become 24"):
        training(steps=3, hidden_size=24)
    begun = training(steps=3, batch_size=4, seq_length=16, attention=8)

    old, network = load_bundle(init), begun.learner.network
    plain = CharRNN(old.config)
    for name, weight in plain.named_weights().items():
        weight.data.copy_(torch.from_numpy(old.weights[name].astype(np.float32)))
    ids = torch.arange(6).reshape(3, 2)
    features, _ = network.read(ids, network.start(2))
    assert torch.equal(network.logits(features), plain.logits(plain.read(ids, plain.start(2))[0]))

    list(recorded(begun))
    new = load_bundle(tmp_path / "run" / "model.safetensors")
    assert new.config == replace(old.config, attention=8)
    read_by = "output.weight" if new.config.projection_size is None else "projection.weight"
    assert np.any(new.weights[read_by][:, old.config.hidden_size :])


@pytest.mark.parametrize("format", ["lines", "titled", "songs"])
def test_records_train_and_end_by_themselves(tmp_path, format: str) -> None:
    """Models trained on names, titled poems and songs write texts that end by themselves."""
    lines = {"lines": "王小明", "titled": "夜思:床前明月光", "songs": "天青色 等烟雨"}
    path = tmp_path / "r.txt"
    path.write_text("".join(f"{lines[format]}{chr(0x4E00 + n % 9)}\n" for n in range(300)))
    fields = ("title",) if format == "titled" else ()
    request = TrainRequest(
        names=[str(path)],
        out=tmp_path / "run",
        corpus=CorpusConfig(format=format, fields=fields),
        settings={**SMALL, "steps": 120, "learning_rate": 0.02, "eval_every": 60},
    )

    end = list(recorded(open_training(request, Ranks())))[-1]

    writer = charbard.load(end.bundle)
    assert 1 < len(writer.write(length=500, seed=1).text) < 50


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({}, OptionError, "no budget"),
        ({"steps": 1, "hidden": 3}, OptionError, "no setting named 'hidden'"),
        ({"steps": 1, "seq_length": 9999}, CorpusError, "one sequence needs 10000"),
        (
            {"minutes": 0.1, "hidden_size": 768, "batch_size": 4, "precision": "float32"},
            TrainingError,
            "too short",
        ),
        ({"steps": 1, "device": "cuda"}, TrainingError, "graphics card"),
    ],
)
def test_what_cannot_be_trained(owl, tmp_path, settings, error, message: str) -> None:
    """Each invalid request is refused with its own error before anything is written."""
    request = TrainRequest(names=[str(owl)], out=tmp_path / "run", settings=settings)

    with pytest.raises(error, match=message):
        open_training(request, Ranks())
    assert not (tmp_path / "run").exists()


def test_a_short_text_gets_smaller_batches(tmp_path) -> None:
    """A text of about a hundred characters is enough, and the smaller batches are reported."""
    (tmp_path / "t").write_text("to be or not to be, that is the question. " * 3)
    said: list[str] = []
    settings = {"steps": 3, "hidden_size": 16, "embedding_size": 8}
    request = TrainRequest(names=[str(tmp_path / "t")], out=tmp_path / "run", settings=settings)

    end = list(recorded(open_training(request, Ranks(), said.append)))[-1]

    assert end.complete
    assert any("the text has only" in message for message in said)


def test_a_resumed_run_may_be_faster(owl, tmp_path) -> None:
    """Settings that concern speed may change on resume; all other settings stay the same."""
    _run(owl, tmp_path / "run", steps=10, threads=None)
    faster = {"steps": 12, "threads": 1, "precision": "float64", "muon_every": 2}
    request = TrainRequest(names=[str(owl)], out=tmp_path / "run", resume=True, settings=faster)

    trainer = open_training(request, Ranks())

    kept = trainer.setup.config
    assert (kept.threads, kept.precision, kept.muon_every) == (1, "float64", 2)
    assert (kept.steps, kept.batch_size) == (12, SMALL["batch_size"])
    assert list(recorded(trainer))[-1].step == 12


def test_a_resumed_run_keeps_its_threads(owl, tmp_path) -> None:
    """A resumed run uses the number of threads that its checkpoint records."""
    _run(owl, tmp_path / "run", steps=2)
    torch.set_num_threads(2)

    _trainer(owl, tmp_path / "run", resume=True)

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
    _run(owl, tmp_path / "run", steps=20)
    folder = RunFolder(tmp_path / "run")
    older, newest = folder.checkpoints()
    newest.write_bytes(newest.read_bytes()[:1000])

    trainer = _trainer(owl, tmp_path / "run", resume=True)

    assert trainer.learner.step_count == 20 or trainer.learner.step_count == 10
    assert load_bundle(older).extra["step"] == trainer.learner.step_count


def test_a_full_disk_keeps_the_last_checkpoint(owl, tmp_path, monkeypatch) -> None:
    """If saving fails for lack of space, the run can be resumed from its last checkpoint."""
    trainer = _trainer(owl, tmp_path / "run", steps=20)
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

    assert _run(owl, tmp_path / "run", resume=True)[-1].complete


def test_from_python(owl, tmp_path) -> None:
    """`charbard.fit` trains and returns a result that displays itself in a notebook."""
    with pytest.warns(UserWarning, match="dropout has no effect"):
        result = charbard.fit(owl, out=tmp_path / "run", **{**SMALL, "steps": 12})

    assert result.model.is_file()
    assert "nats per character" in result._repr_html_()
    assert "<svg" in result._repr_html_()
    with pytest.raises(OptionError, match="one text is needed"):
        charbard.fit(None, out=tmp_path / "other", steps=3)
    with pytest.raises(OptionError, match="path must be a path, got 3"):
        charbard.load(3)
    with pytest.raises(CharbardError, match="no setting named 'stepz'"):
        charbard.fit(owl, out=tmp_path / "other", stepz=3)


def test_samples_are_real_text(owl, tmp_path) -> None:
    """Samples shown during training consist of the text's own characters."""
    events = _run(owl, tmp_path / "run", steps=20)

    texts = [event.text for event in events if isinstance(event, Sampled)]
    assert texts
    assert set("".join(texts)) <= set(owl.read_text())


def test_minutes_of_the_processor_stand_still_while_it_waits() -> None:
    """With clock="processor", a budget counts only processor time, including earlier runs'."""
    config = TrainConfig(minutes=1, clock="processor", threads=1)
    budget = Budget(config, started=time.monotonic() - 50, spent_before_s=6.0)
    idle = budget.fraction(step=0, epochs=0)

    time.sleep(0.2)
    rested = budget.fraction(step=0, epochs=0)
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    worked = budget.fraction(step=0, epochs=0)
    shared = Budget(
        TrainConfig(minutes=1, clock="processor", threads=2),
        spent_before_s=6.0,
        processor_s=budget.processor_s,
    ).fraction(step=0, epochs=0)

    assert idle == pytest.approx(0.1, abs=0.002)
    assert rested == pytest.approx(idle, abs=0.002)
    assert 0.3 / 60 <= worked - rested <= 0.6 / 60
    assert shared - 0.1 == pytest.approx((worked - 0.1) / 2, abs=0.002)


def test_patience_ends_a_training_that_gains_nothing(owl, tmp_path, monkeypatch) -> None:
    """Training ends early after `patience` validations in a row without improvement."""
    losses = chain([3.0, 3.1, 2.9, 3.0], repeat(2.9))
    monkeypatch.setattr("charbard.train.loop.validation_loss", lambda *_: next(losses))
    events = _run(owl, tmp_path / "run", steps=500, eval_every=2, patience=3)

    gains = [event.best for event in events if isinstance(event, Validated)]
    assert gains[:6] == [True, False, True, False, False, False]
    assert len(gains) <= 7  # a run validates once more at its end
    assert isinstance(events[-1], Finished)
    assert events[-1].complete
    assert any("no better in 3 validations" in e.message for e in events if isinstance(e, Notice))


def test_patience_needs_something_to_validate_on(owl, tmp_path) -> None:
    """The setting `patience` is refused if no text is held out for validation."""
    request = TrainRequest(
        names=[str(owl)],
        out=tmp_path / "run",
        settings={**SMALL, "steps": 5, "patience": 1},
        corpus=CorpusConfig(validation=0.0),
    )

    with pytest.raises(OptionError, match="patience=1 needs validations"):
        open_training(request, Ranks())


def test_texts_in_memory(tmp_path) -> None:
    """`fit` accepts a list of texts, or of mappings with fields, and refuses any other element."""
    texts = [f"the owl of night {number}" for number in range(60)]
    told = [{"text": text, "mood": "calm" if at % 2 else "wild"} for at, text in enumerate(texts)]
    small = {**SMALL, "num_layers": 2, "steps": 3}

    plain = charbard.fit(texts=texts, out=tmp_path / "plain", **small)
    moody = charbard.fit(texts=iter(told), out=tmp_path / "moody", fields=("mood",), **small)

    assert load_bundle(plain.model).has_records
    assert load_bundle(moody.model).vocab.fields == ("mood",)
    with pytest.raises(OptionError, match="text 2 is neither text nor a mapping, got 5"):
        charbard.fit(texts=["one", 5], out=tmp_path / "wrong", steps=1)
    with pytest.raises(OptionError, match="texts is one text"):
        charbard.fit(texts="one", out=tmp_path / "wrong", steps=1)
    with pytest.raises(OptionError, match="one text is needed"):
        charbard.fit("a.txt", texts=texts, out=tmp_path / "wrong", steps=1)
