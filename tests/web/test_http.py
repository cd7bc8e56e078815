"""HTTP at large: methods, hints that lead somewhere, malformed bodies, uploads."""

import pytest

from charbard.errors import OptionError
from charbard.web.routes.jobs import _part


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/nowhere", None),
        ("POST", "/api/nowhere", "{}"),
        ("PUT", "/api/verse", "{}"),
        ("POST", "/api/verse", '{"frm": "七绝"}'),
    ],
)
def test_hints_lead_to_a_page_that_exists(client, method, path, body) -> None:
    """What a hint names can be opened."""
    answer = client.request(
        method, path, content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code in (404, 405, 422)
    address = answer.json()["hint"].rpartition(": ")[2]
    assert address.startswith("/")
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/models", "/v1/models", "/docs.html"])
def test_head_is_get_without_its_body(client, path) -> None:
    """Health checks and link checkers ask so."""
    head, get = client.head(path), client.get(path)

    assert head.status_code == get.status_code == 200
    assert head.headers["content-type"] == get.headers["content-type"]
    assert not head.content


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/verse", "POST"),
        ("/api/models", "GET, HEAD"),
        ("/api/jobs", "GET, HEAD, POST"),
        ("/api/jobs/file", "POST"),
    ],
)
def test_allow_names_all_methods(client, path, allowed) -> None:
    """Several routes may share an address."""
    answer = client.put(path, json={})

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/api/verse", "/v1/completions"])
def test_malformed_json_is_400(client, path) -> None:
    """As the description of the API says: the body cannot be read."""
    answer = client.post(path, content='{"a": ', headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert "not JSON" in answer.text


def test_a_file_in_a_form_is_taken(owl) -> None:
    """`curl -F file=@my.txt`: the part is trained on, not boundaries and headers."""
    import asyncio

    import httpx
    from starlette.requests import Request

    def asked(**files) -> Request:
        sent = httpx.Request("POST", "http://x/", files=files)
        content = sent.read()

        async def receive():
            return {"type": "http.request", "body": content, "more_body": False}

        headers = [(name.lower().encode(), value.encode()) for name, value in sent.headers.items()]
        return Request({"type": "http", "method": "POST", "headers": headers}, receive)

    content, name = asyncio.run(_part(asked(file=("diary.txt", owl.read_bytes()))))

    assert content == owl.read_bytes()
    assert name == "diary.txt"
    with pytest.raises(OptionError, match="2 files, one is needed"):
        asyncio.run(_part(asked(a=("a.txt", b"a"), b=("b.txt", b"b"))))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"length": "5"}, 'length must be an integer, got "5"'),
        ({"length": None}, "length must be an integer, got null"),
        ({"length": 0}, "length must be at least 1, got 0"),
        ({"temperature": [1]}, "temperature must be a number, got [1]"),
        ({"greedy": 1}, "greedy must be true or false, got 1"),
        ({"prime": ["a"]}, 'prime must be text, got ["a"]'),
        ({"stop": "a"}, 'stop must be a list, got "a"'),
        ({"stop": ["a"] * 17}, "stop must be of at most 16 entries"),
        ({"fields": []}, "fields must be an object, got []"),
    ],
)
def test_a_wrong_value_is_told_of_in_words(client, body, message) -> None:
    """The setting, what it must be, and the value as it was sent."""
    answer = client.post("/api/prose", json=body)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith(message)
