"""A training run ends on time, keeps its best weights and leaves all its files."""

import json
import math
import time
from itertools import chain, repeat

import pytest
import torch

import charbard
from charbard.bundle import load_bundle
from charbard.config import CorpusConfig, TrainConfig
from charbard.errors import (
    CharbardError,
    CorpusError,
    OptionError,
    TrainingError,
)
from charbard.train.distributed import Ranks
from charbard.train.events import Finished, Notice, Sampled, Validated
from charbard.train.run import RunFolder
from charbard.train.schedule import Budget
from charbard.train.start import TrainRequest, open_training, recorded
from tests.train.conftest import SMALL, events_of, new_trainer


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


def test_not_a_number_is_rolled_back(owl, tmp_path) -> None:
    """After a loss of NaN the run goes back a few steps, halves the learning rate and completes."""
    trainer = new_trainer(owl, tmp_path / "run", steps=30)
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
    trainer = new_trainer(owl, tmp_path / "run", steps=30)
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
    events = events_of(
        owl, tmp_path / "run", steps=60, learning_rate=0.5, muon_rate=0.5, average=None
    )

    losses = [event.loss for event in events if isinstance(event, Validated)]
    bundle = load_bundle(tmp_path / "run" / "model.safetensors")
    assert bundle.scores["validation_nats"] == pytest.approx(min(losses))
    assert events[-1].loss == min(losses)


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
    events = events_of(owl, tmp_path / "run", steps=20)

    texts = [event.text for event in events if isinstance(event, Sampled)]
    assert texts
    assert set("".join(texts)) <= set(owl.read_text())


def test_minutes_of_the_processor_stand_still_while_it_waits() -> None:
    """With clock="processor", a budget counts processor time only, that of earlier runs too."""
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
    events = events_of(owl, tmp_path / "run", steps=500, eval_every=2, patience=3)

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
