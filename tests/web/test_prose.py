"""The API for free text and scores."""

import json

from charbard import TextOrder


def test_same_order_same_text_in_both_doors(client, prose_writer) -> None:
    """HTTP and the library write the same texts for the same order."""
    order = TextOrder(prime="ab", length=30, samples=3, seed=5)

    answer = client.post(
        "/api/prose", json={"prime": "ab", "length": 30, "samples": 3, "seed": 5}
    ).json()

    assert [text["text"] for text in answer["texts"]] == [
        written.text for written in prose_writer.texts(order)
    ]


def test_a_stream_adds_up_to_the_whole(client) -> None:
    """Streamed pieces concatenate to the whole text, and the last line contains the seed."""
    body = {"prime": "春", "length": 40, "samples": 2, "seed": 9}
    whole = client.post("/api/prose", json=body).json()

    with client.stream("POST", "/api/prose", json={**body, "stream": True}) as response:
        facts = [json.loads(line) for line in response.iter_lines()]

    assert response.headers["content-type"] == "application/x-ndjson"
    for sample, text in enumerate(whole["texts"]):
        mine = [fact for fact in facts[:-1] if fact["sample"] == sample]
        assert "".join(fact["text"] for fact in mine) == text["text"]
        assert [logp for fact in mine for logp in fact["logp"]] == text["logp"]
    assert facts[-1]["done"]
    assert facts[-1]["seed"] == 9


def test_a_fresh_seed_is_told_and_repeats(client) -> None:
    """Without a seed in the request, the response reports a new seed that repeats the text."""
    first = client.post("/api/prose", json={"length": 40}).json()

    again = client.post("/api/prose", json={"length": 40, "seed": first["seed"]}).json()

    assert again["texts"] == first["texts"]


def test_what_is_wrong_is_said_by_status_and_words(client) -> None:
    """A bad request gets the right status and an error that says what is wrong."""
    cases = [
        ({"length": 0}, 422, "length"),
        ({"temperature": "hot"}, 422, "temperature"),
        ({"lenght": 3}, 422, "no setting named 'lenght'"),
        ({"fields": {"mood": "x"}}, 422, "no field 'mood'"),
        ({"model": "none"}, 404, "no model named 'none'"),
        ({"length": 10**9}, 422, "length"),
        ({"samples": 17}, 422, "at most 16 on this server"),
    ]
    for body, status, words in cases:
        answer = client.post("/api/prose", json=body)
        assert answer.status_code == status, body
        assert words in answer.json()["error"]
        assert set(answer.json()) == {"error", "hint", "code", "values"}
    headers = {"content-type": "application/json"}
    assert "not JSON" in client.post("/api/prose", content="{", headers=headers).json()["error"]
    assert "content-type" in client.post("/api/prose", content="{}").json()["hint"]
    assert client.post("/api/score", json={}).json()["error"] == "text is missing"
    assert client.get("/api/nowhere").status_code == 404
    assert client.put("/api/prose").status_code == 405


def test_scores_name_alternatives(client, prose_writer) -> None:
    """Each scored character has its likeliest alternatives, and the loss equals the library's."""
    answer = client.post("/api/score", json={"text": "春江a", "top": 3}).json()

    assert [char["char"] for char in answer["chars"]] == ["春", "江", "a"]
    assert all(len(char["expected"]) == 3 for char in answer["chars"])
    wanted = prose_writer.score("春江a", top=3)
    assert answer["nats_per_char"] == round(wanted.nats_per_char, 4)


def test_models_tell_what_they_are_and_what_is_allowed(client) -> None:
    """The list has all models and the server's limits; a model's details include its provenance."""
    answer = client.get("/api/models").json()

    assert [model["name"] for model in answer["models"]] == ["owl", "verse"]
    assert [model["kinds"] for model in answer["models"]] == [["prose"], ["verse"]]
    assert answer["limits"]["length"] == 20_000
    assert "provenance" in client.get("/api/models/owl").json()
    assert client.get("/api/models/none").status_code == 404
