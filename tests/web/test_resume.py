"""The workshop over HTTP: training runs that are interrupted and resumed from a checkpoint."""

import json
import signal
import sys
from pathlib import Path

import pytest

from charbard.studio.job import JobFolder, Tail
from tests.conftest import TEXT
from tests.web.conftest import (
    SMALL,
    Running,
    fake,
    first_sample,
    followed,
    started,
    until,
    workshop,
)

pytest.importorskip("torch")


def warm(here: Running, programs: Path) -> None:
    """Make the workshop's commands run a `charbard` program whose imports are already loaded."""
    command = here.studio.workshop.command
    python = [sys.executable, "-m", "charbard"]

    def warmed(job) -> list[str]:
        words = command(job)
        assert words[:3] == python
        return [str(programs / "charbard"), *words[3:]]

    here.studio.workshop.command = warmed


@pytest.mark.parametrize(
    ("sent", "state"), [(signal.SIGKILL, "failed"), (signal.SIGTERM, "interrupted")]
)
def test_a_training_that_somebody_else_ends_can_be_resumed(shop, sent, state) -> None:
    """A training run that the system kills or terminates can be resumed."""
    with shop.client() as client:
        number = started(client)
        first_sample(client, number)

        shop.studio.workshop._process.send_signal(sent)

        assert followed(client, number)[-1]["state"] == state
        assert client.get(f"/api/jobs/{number}").json()["resumable"] is True


def test_the_server_ends_a_training_and_the_next_one_has_its_model(
    tmp_path, prose_writer, bundle
) -> None:
    """If the server stops, a training run keeps its text, checkpoint and model for resuming."""
    with workshop(tmp_path, prose_writer) as here, here.client() as client:
        fake(here, bundle)
        number = started(client, name="owl")
        first_sample(client, number)
        with client.stream("GET", f"/api/jobs/{number}/events") as answer:
            lines = answer.iter_lines()
            next(lines)
            here.server.should_exit = True
            last = json.loads(list(lines)[-1])

    assert (last["done"], last["state"]) == (True, "interrupted")
    place = JobFolder(tmp_path / number)
    assert place.text.read_text() == TEXT
    assert list(place.run.glob("checkpoint_*"))
    with workshop(tmp_path, prose_writer) as again, again.client() as client:
        about = client.get(f"/api/jobs/{number}").json()
        assert (about["state"], about["resumable"]) == ("interrupted", True)
        assert client.post("/api/prose", json={"model": "owl-2", "length": 5}).is_success


def test_an_interrupted_training_is_gone_on_with(tmp_path, prose_writer, bundle) -> None:
    """A resumed training run continues the same log; its text is deleted when the run ends."""
    with workshop(tmp_path, prose_writer) as here, here.client() as client:
        fake(here, bundle)
        number = started(client, name="owl")
        first_sample(client, number)
    with workshop(tmp_path, prose_writer) as again, again.client() as client:
        fake(again, bundle)

        resumed = client.post(f"/api/jobs/{number}/resume").json()

        assert (resumed["state"], resumed["resumable"]) == ("training", False)
        assert client.post(f"/api/jobs/{number}/resume").status_code == 409
        assert until(lambda: JobFolder(tmp_path / number).log.read_text().count("sampled") == 4)
        client.post(f"/api/jobs/{number}/stop")
        *facts, last = followed(client, number)
        steps = [fact["progress"]["step"] for fact in facts if "progress" in fact]
        assert steps == [1, 2, 3, 4, 5, 6]
        assert (last["state"], last["model"], last["resumable"]) == ("stopped", "owl-2", False)
        assert not JobFolder(tmp_path / number).text.exists()
        refused = client.post(f"/api/jobs/{number}/resume")
        assert refused.status_code == 422
        assert "stopped" in refused.json()["error"]


def test_without_a_checkpoint_nothing_is_left_to_go_on_from(tmp_path, prose_writer, bundle) -> None:
    """Without a checkpoint, a training run cannot be resumed and its text is deleted."""
    with workshop(tmp_path, prose_writer) as here, here.client() as client:
        fake(here, bundle)
        number = started(client)
        first_sample(client, number)
        for checkpoint in JobFolder(tmp_path / number).checkpoints():
            checkpoint.unlink()
    with workshop(tmp_path, prose_writer) as again, again.client() as client:
        about = client.get(f"/api/jobs/{number}").json()

        refused = client.post(f"/api/jobs/{number}/resume")

        assert (about["state"], about["resumable"]) == ("interrupted", False)
        assert refused.status_code == 422
        assert "checkpoint" in refused.json()["hint"]
        assert not JobFolder(tmp_path / number).text.exists()


def test_what_cannot_be_gone_on_with_stays_resumable(tmp_path, prose_writer, bundle) -> None:
    """If a resumed training run fails, the error is reported and the run can still be resumed."""
    with workshop(tmp_path, prose_writer) as here, here.client() as client:
        fake(here, bundle)
        number = started(client)
        first_sample(client, number)
    with workshop(tmp_path, prose_writer) as again, again.client() as client:
        fake(again, bundle, "fail")
        client.post(f"/api/jobs/{number}/resume")

        last = followed(client, number)[-1]

        assert (last["state"], last["error"]) == ("failed", "the loss was not a number")
        assert (last["resumable"], last["model"]) == (True, "text")
        fake(again, bundle)
        client.post(f"/api/jobs/{number}/resume")
        resumed = again.studio.workshop.find(number)
        assert (resumed.error, resumed.hint, resumed.code, resumed.values) == ("", "", "", {})


@pytest.mark.slow
def test_a_real_training_survives_its_server(tmp_path, prose_writer, programs) -> None:
    """A real training run that a shutdown interrupts is resumed by the next server and finishes."""
    with workshop(tmp_path, prose_writer) as here, here.client() as client:
        warm(here, programs)
        longer = [*SMALL, "--steps", "1000", "--eval-every", "100", "--seq-length", "16"]
        here.studio.workshop.budget = lambda minutes: longer
        number = started(client, name="owl")
        first_sample(client, number)
    log = JobFolder(tmp_path / number).log
    there = [event["step"] for event in Tail(log).events() if event["event"] == "finished"]
    with workshop(tmp_path, prose_writer) as again, again.client() as client:
        warm(again, programs)
        assert client.post(f"/api/jobs/{number}/resume").is_success

        last = followed(client, number)[-1]

    (broken_off, end) = [event for event in Tail(log).events() if event["event"] == "finished"]
    assert there == [broken_off["step"]]
    assert 0 < broken_off["step"] < end["step"] == 1000
    assert (last["state"], last["model"], last["resumable"]) == ("finished", "owl-2", False)
