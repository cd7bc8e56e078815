"""The API for borrowed lines, training snapshots and attention."""

import httpx
import pytest

from charbard.bundle import save_bundle, snapshots_beside
from charbard.config import TextOrder
from charbard.studio.library import ServedModel
from charbard.web import Library
from charbard.web.routes import growth
from tests.conftest import random_bundle
from tests.web.conftest import serving, until

TEXT = "夜來風雨聲，花落知多矣。"


def test_borrowed_stretches_have_their_place_and_their_source(client, small_corpus) -> None:
    """In either script, a borrowed stretch is reported with its source and place in the text."""
    answer = client.post("/api/novelty", json={"text": TEXT}).json()

    whole, part = answer["spans"]
    assert (answer["corpus"], answer["characters"], answer["found"]) == (True, 10, 9)
    assert TEXT[whole["start"] : whole["end"]] == "夜來風雨聲"
    assert TEXT[part["start"] : part["end"]] == "花落知多"
    assert part["source"] == {
        "title": "春晓",
        "author": "孟浩然",
        "dynasty": "唐",
        "number": 4,
        "line": "花落知多少",
    }


def test_without_a_corpus_whole_lines_are_found(client) -> None:
    """Without a corpus, known whole lines are still found, and a hint says what to run."""
    answer = client.post("/api/novelty", json={"text": "处处闻啼鸟，花落知多矣。"}).json()

    assert answer["corpus"] is False
    assert "charbard corpus build verse" in answer["hint"]
    assert [(one["text"], one["source"]) for one in answer["spans"]] == [("处处闻啼鸟", None)]


@pytest.fixture(scope="module")
def grown(run_folder):
    """A client of a studio that serves a model from its run's folder."""
    with (
        serving(library=Library.open([run_folder / "model.safetensors"])) as here,
        here.client() as client,
    ):
        yield client


def test_the_same_seed_at_every_snapshot(grown) -> None:
    """Each snapshot reports step, minutes, loss and text; the same seed repeats all of them."""
    first = grown.post("/api/growth", json={"seed": 7, "prime": "春"}).json()
    again = grown.post("/api/growth", json={"seed": 7, "prime": "春"}).json()

    assert first == again
    assert [one["step"] for one in first["snapshots"]] == [10, 20, 30]
    assert [one["minutes"] for one in first["snapshots"]] == [0.5, 1.0, 1.5]
    assert [one["loss"] for one in first["snapshots"]] == [None, 3.0, 2.0]
    assert len({one["text"] for one in first["snapshots"]}) == 3


def test_snapshots_come_one_after_the_other(grown) -> None:
    """Snapshots are streamed one per line; if `most` limits them, the first and last remain."""
    lines = grown.post("/api/growth", json={"stream": True, "most": 2}).text.splitlines()

    assert len(lines) == 3
    assert '"step":10' in lines[0]
    assert '"step":30' in lines[1]
    assert lines[2].startswith('{"done":true')


def test_a_snapshot_nobody_waits_for_is_not_written(tmp_path, monkeypatch) -> None:
    """If the client disconnects, writing stops at once and no further snapshot is opened."""
    (tmp_path / "snapshots").mkdir()
    for step in (10, 20):
        save_bundle(random_bundle(seed=step), tmp_path / "snapshots" / f"step{step}.safetensors")
    save_bundle(random_bundle(), tmp_path / "model.safetensors")
    opened: list[ServedModel] = []
    monkeypatch.setattr(
        growth, "ServedModel", lambda *named: opened.append(ServedModel(*named)) or opened[-1]
    )
    monkeypatch.setattr(growth, "TextOrder", lambda **order: TextOrder(**order | {"length": 10**6}))
    library = Library.open([tmp_path / "model.safetensors"])
    with serving(library=library, max_length=10**6) as here, here.client() as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/api/growth", json={}, timeout=2)

        assert until(lambda: here.studio.slots.active == 0, 1)
        assert until(lambda: not here.studio.opening.locked(), 1)
        assert len(opened) == 1
        assert opened[0].engine.load().rows == 0


def test_a_model_without_snapshots(client) -> None:
    """For a model without snapshots, the hint names the option `--snapshots`."""
    answer = client.post("/api/growth", json={})

    assert answer.status_code == 404
    assert "--snapshots" in answer.json()["hint"]


def test_a_snapshot_knows_the_others(run_folder) -> None:
    """`snapshots_beside` returns the same files for a model and for one of its snapshots."""
    beside = snapshots_beside(run_folder / "model.safetensors")

    assert [path.stem for path in beside] == ["step000010", "step000020", "step000030"]
    assert snapshots_beside(beside[0]) == beside


def test_a_blocked_word_is_not_shown(run_folder) -> None:
    """No snapshot's text contains a blocked word."""
    library = Library.open([run_folder / "model.safetensors"])
    blocked = ("，", "a", "春", "江")
    with serving(library=library, blocked=blocked) as here, here.client() as client:
        answer = client.post("/api/growth", json={"seed": 7}).json()

    assert not any(word in one["text"] for one in answer["snapshots"] for word in blocked)


def test_what_each_character_looked_back_at(tmp_path) -> None:
    """`looks` lists the places that each character attends to, or is null for a plain network."""
    for name, changes in (("back", {"attention": 6, "attention_span": 4}), ("plain", {})):
        save_bundle(random_bundle(**changes), tmp_path / f"{name}.safetensors")
    library = Library.open([tmp_path / "back.safetensors", tmp_path / "plain.safetensors"])

    with serving(library=library) as here, here.client() as client:
        text = "abc春江hgfe"
        found, none = (
            client.post("/api/insight", json={"text": text, "model": name}).json()
            for name in ("back", "plain")
        )

    assert none["looks"] is None
    assert len(found["looks"]) == len(text)
    for at, row in enumerate(found["looks"]):
        assert all(max(0, at - 4) <= place < at and share >= 0.02 for place, share in row)
        assert [share for _, share in row] == sorted((share for _, share in row), reverse=True)
    assert any(found["looks"])
