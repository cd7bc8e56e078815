"""The workshop over HTTP: training runs that are started, followed, stopped and refused."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from charbard.errors import CorpusError, MissingExtraError, OptionError
from charbard.language import chinese
from charbard.studio.job import JobFolder, thinned
from charbard.studio.submitted import checked_text, model_name
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


@pytest.fixture(scope="module")
def shared(tmp_path_factory, prose_writer, bundle) -> Iterator[Running]:
    """A workshop with fake training runs, shared by tests that leave no training run behind."""
    folder = tmp_path_factory.mktemp("shop")
    with workshop(folder, prose_writer, workshop_bytes=50_000) as here:
        fake(here, bundle)
        yield here


@pytest.mark.slow
def test_a_real_training_from_a_text_to_a_model_that_writes(tmp_path, prose_writer) -> None:
    """A real training run reports losses and samples, and its model joins the library."""
    with workshop(tmp_path, prose_writer) as here, here.client() as client:
        here.studio.workshop.budget = lambda minutes: SMALL
        number = started(client, name="猫头鹰.txt", minutes=2)
        first, *facts, last = followed(client, number)

        assert first["job"]["state"] == "training"
        kinds = [next(iter(fact)) for fact in facts]
        assert {"progress", "validation", "sample"} <= set(kinds)
        losses = [fact["validation"]["loss"] for fact in facts if "validation" in fact]
        assert losses[-1] < losses[0]
        assert last["done"]
        assert (last["state"], last["model"], last["chars"]) == ("finished", "猫头鹰", len(TEXT))
        written = client.post(
            "/api/prose", json={"model": "猫头鹰", "length": 20, "seed": 1}
        ).json()
        assert written["digest"] == last["digest"]
        assert len(written["texts"][0]["text"]) == 20
        about = client.get("/api/models/猫头鹰").json()
        assert about["snapshots"] > 1
        assert str(tmp_path) not in json.dumps(about)
        place = JobFolder(tmp_path / number)
        assert not place.text.exists(), "a text that is learned is no longer needed"
        assert not list(place.run.glob("checkpoint_*"))
        assert not place.cache.exists()


def test_one_training_at_a_time(shop) -> None:
    """A second training run is refused before its text is read; two clients may watch the first."""
    with shop.client() as client, shop.client() as other:
        number = started(client)
        assert first_sample(client, number) == first_sample(other, number)

        refused = other.post("/api/jobs/file", content=b"x" * 60_000)

        assert refused.status_code == 409
        assert "one at a time" in refused.json()["hint"]
        assert client.get("/api/jobs").json()["jobs"][0]["id"] == number


def test_a_stopped_training_keeps_what_it_learned_until_it_is_deleted(shop) -> None:
    """A stopped training run leaves a usable model; deleting the run removes everything."""
    with shop.client() as client:
        number = started(client, name="my diary")
        first_sample(client, number)

        stopped = client.post(f"/api/jobs/{number}/stop").json()

        assert (stopped["state"], stopped["model"]) == ("stopped", "my-diary")
        assert followed(client, number)[-1]["state"] == "stopped"
        assert client.post("/api/prose", json={"model": "my-diary", "length": 5}).is_success
        assert client.delete(f"/api/jobs/{number}").json() == {"removed": number}
        assert client.get(f"/api/jobs/{number}").status_code == 404
        assert client.post("/api/prose", json={"model": "my-diary"}).status_code == 404
        assert not (Path(shop.studio.config.workshop_folder) / number).exists()


def test_a_client_that_leaves_and_comes_back_is_told_everything(shop) -> None:
    """A training run continues unwatched, and a new stream reports it from the beginning."""
    with shop.client() as client:
        number = started(client)
        first_sample(client, number)
        assert until(lambda: shop.studio.workshop.watchers.active == 0)

        with client.stream("GET", f"/api/jobs/{number}/events") as answer:
            lines = answer.iter_lines()
            facts = [json.loads(next(lines)) for _ in range(6)]

        assert facts[0]["job"]["id"] == number
        assert [fact["progress"]["step"] for fact in facts[1:4]] == [1, 2, 3]


def test_what_a_training_has_to_say_can_be_translated(shop) -> None:
    """A notice comes as its sentence, code and values; one on the encoding is among the notes."""
    with shop.client() as client:
        answer = client.post("/api/jobs/file", content=("夜深人静。" * 200).encode("gb18030"))
        assert [note["code"] for note in answer.json()["notes"]] == ["text.guessed"]
        with client.stream("GET", f"/api/jobs/{answer.json()['id']}/events") as stream:
            facts = map(json.loads, stream.iter_lines())
            notice = next(fact["notice"] for fact in facts if "notice" in fact)

    assert notice["text"].startswith("step 3: ")
    assert (notice["code"], notice["values"]) == ("loss.back", {"at": 3, "step": 2})


def test_a_training_that_fails_says_why(shop, bundle) -> None:
    """The stream of a failed training run ends with the command line's error and hint."""
    fake(shop, bundle, "fail")
    with shop.client() as client:
        last = followed(client, started(client))[-1]

    assert (last["state"], last["model"]) == ("failed", None)
    assert (last["error"], last["hint"]) == ("the loss was not a number", "try another text")


def test_the_oldest_trainings_go(tmp_path, prose_writer, bundle) -> None:
    """Beyond the configured number, the oldest training runs are deleted with their models."""
    with (
        workshop(tmp_path, prose_writer, workshop_kept=2) as here,
        here.client() as client,
    ):
        fake(here, bundle, "quick")
        for _ in range(3):
            followed(client, started(client, name="tale"))
        names = [job["name"] for job in client.get("/api/jobs").json()["jobs"]]

        assert names == ["tale-3", "tale-2"]
        assert [opened.name for opened in here.studio.library] == ["owl", *reversed(names)]


@pytest.mark.parametrize(
    ("content", "query", "status", "said"),
    [
        (b"", "", 422, "the text is empty"),
        (b" \n", "", 422, "the text is empty"),
        (b"too short", "", 422, "only 9 characters"),
        (bytes(range(256)) * 9, "", 422, "is not text"),
        (b"\xff\xfe\x00" * 300, "", 422, ""),
        (b"x" * 60_000, "", 413, "larger than 50000 bytes"),
        (TEXT.encode(), "?minutes=31", 422, "from 0.1 to 30"),
        (TEXT.encode(), "?minutes=0", 422, "minutes"),
        (TEXT.encode(), "?minutes=nan", 422, "minutes"),
        (TEXT.encode(), "?minutes=soon", 422, "minutes"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_allowed(shared, content, query, status, said) -> None:
    """A bad upload is refused with a hint, leaves nothing behind and does not block the next."""
    with shared.client() as client:
        answer = client.post(f"/api/jobs/file{query}", content=content)

        assert (answer.status_code, said in answer.json()["error"]) == (status, True), answer.text
        assert answer.json()["hint"]
        assert client.get("/api/jobs").json()["jobs"] == []
        assert client.delete(f"/api/jobs/{started(client)}").is_success


@pytest.mark.parametrize("body", [{}, {"text": 7}, {"text": TEXT, "x": 1}, {"text": "\ud800"}])
def test_a_bad_body_is_refused(shared, body) -> None:
    """A body with a missing, wrong or unknown field is refused with status 422."""
    with shared.client() as client:
        sent = json.dumps(body).encode()
        answer = client.post(
            "/api/jobs", content=sent, headers={"content-type": "application/json"}
        )

    assert answer.status_code == 422
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/events"), ("POST", "/stop"), ("DELETE", "")],
)
def test_an_unknown_training_is_not_found(shared, method, path) -> None:
    """Any request for an unknown training run gets a 404 with a hint."""
    with shared.client() as client:
        answer = client.request(method, f"/api/jobs/none{path}")

    assert answer.status_code == 404
    assert answer.json()["hint"]


def test_an_upload_that_breaks_off_starts_nothing(shop) -> None:
    """An interrupted upload starts no training run, and the next upload is accepted."""
    import socket

    with socket.create_connection(("127.0.0.1", int(shop.url.rsplit(":", 1)[1]))) as wire:
        head = b"POST /api/jobs/file HTTP/1.1\r\nhost: x\r\ncontent-length: 40000\r\n\r\n"
        wire.sendall(head + TEXT.encode())

    with shop.client() as client:
        assert until(lambda: not client.get("/api/jobs").json()["jobs"])
        assert until(lambda: client.post("/api/jobs", json={"text": TEXT}).status_code == 200)
        assert len(client.get("/api/jobs").json()["jobs"]) == 1


def test_no_text_is_logged(shop, caplog) -> None:
    """The access log contains neither an uploaded text nor its file's name."""
    logging.getLogger("charbard.access").propagate = True  # another server turned it off
    caplog.set_level(logging.INFO, "charbard.access")
    with shop.client() as client:
        client.post("/api/jobs/file?name=secret", content=TEXT.encode())
        assert until(lambda: "/api/jobs/file" in caplog.text)  # logged after the response

    assert "secret" not in caplog.text
    assert "owl sat" not in caplog.text


def test_a_studio_without_a_workshop_says_so(client) -> None:
    """Without a workshop, the hint names the option that opens one."""
    answer = client.post("/api/jobs", json={"text": TEXT})

    assert answer.status_code == 404
    assert "--workshop" in answer.json()["hint"]
    assert client.get("/api/models").json()["features"]["workshop"] is False


def test_without_torch_the_workshop_does_not_open(tmp_path, prose_writer, monkeypatch) -> None:
    """Without torch, a studio with a workshop does not start and says what to install."""
    monkeypatch.setattr("charbard.extras.find_spec", lambda name: None)

    with (
        pytest.raises(MissingExtraError, match="the workshop needs torch") as caught,
        workshop(tmp_path, prose_writer),
    ):
        pass

    assert "charbard[train]" in caught.value.hint


def test_two_studios_do_not_share_a_workshop(shop, prose_writer) -> None:
    """A second studio is refused a workshop folder that is in use."""
    with (
        pytest.raises(OptionError, match="another studio") as caught,
        workshop(Path(shop.studio.config.workshop_folder), prose_writer),
    ):
        pass

    assert "workshop_folder" in caught.value.hint


def test_progress_is_thinned_but_what_is_rare_stays() -> None:
    """`thinned` drops most progress events, but keeps the latest and all rare events."""
    facts = [{"progress": at} for at in range(2000)]
    facts.insert(1000, {"validation": 1})

    kept = thinned(facts)

    assert len(kept) <= 302
    assert kept[-1] == facts[-1]
    assert {"validation": 1} in kept
    assert thinned(facts[:5]) == facts[:5]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (bytes(range(256)) * 9, "sent.binary"),
        (("夜深人静。" * 200).encode("gb18030") + ("夜深人静。" * 200).encode(), "sent.garbled"),
    ],
)
def test_an_unreadable_text_is_refused_in_the_words_of_the_page(content, code) -> None:
    """The refusal of an unreadable text advises no option of the terminal."""
    with pytest.raises(CorpusError) as refused:
        checked_text(content)

    assert refused.value.code == code
    assert "encoding=" not in f"{refused.value} {refused.value.hint}"
    assert "⟪" not in "".join(chinese()[code])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_the_length_is_counted_in_characters(encoding) -> None:
    """A text's length is counted in characters, whatever its encoding."""
    assert checked_text(("春江花月夜，" * 100).encode(encoding))[0] == 600


@pytest.mark.parametrize(
    ("wish", "name"),
    [("", "text"), ("红楼梦.TXT", "红楼梦"), ("a/b\\c", "a-b-c"), ("x" * 99, "x" * 40)],
)
def test_names_are_made_safe(wish, name) -> None:
    """A model's name keeps letters of any script, contains no path and has up to 40 characters."""
    assert model_name(wish, ()) == name
