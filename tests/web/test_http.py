"""HTTP basics: methods, hints, malformed bodies, uploads and shared links."""

import json
import zlib
from base64 import urlsafe_b64encode

import pytest

from charbard.errors import OptionError
from charbard.web.routes.jobs import _part
from tests.web.conftest import serving


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
    """The hint in an error names an address that can be opened."""
    answer = client.request(
        method, path, content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code in (404, 405, 422)
    address = answer.json()["hint"].rpartition(": ")[2]
    assert address.startswith("/")
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/models", "/v1/models", "/docs.html"])
def test_head_is_get_without_its_body(client, path) -> None:
    """HEAD gets the same status and content type as GET, but no body."""
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
    """The `Allow` header of a 405 names all methods of an address that several routes share."""
    answer = client.put(path, json={})

    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/api/verse", "/v1/completions"])
def test_malformed_json_is_400(client, path) -> None:
    """A body of malformed JSON gets status 400, as the API's description says."""
    answer = client.post(path, content='{"a": ', headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert "not JSON" in answer.text


def test_a_file_in_a_form_is_taken(owl) -> None:
    """`curl -F` uploads exactly the file's content and name; a form with two files is refused."""
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
    """An error about a wrong value names the setting, what it must be, and the value as sent."""
    answer = client.post("/api/prose", json=body)

    assert answer.status_code == 422
    assert answer.json()["error"].startswith(message)


def packed(poem: object, version: int = 1) -> str:
    """Encode a poem as the page does for a link."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    text = json.dumps({"v": version, "poem": poem}).encode()
    return urlsafe_b64encode(deflate.compress(text) + deflate.flush()).decode().rstrip("=")


SENT = {
    "title": "<b>秋夜</b>",
    "form": "五绝",
    "lines": [
        {"text": "白日依山尽", "mark": "，"},
        {"text": "黄河入海流", "mark": "。"},
        {"text": "", "mark": "，"},
    ],
}


def test_a_shared_poem_has_a_preview(client) -> None:
    """A shared poem's page has preview tags with escaped values, and a link to the studio."""
    link = packed(SENT)

    answer = client.get(f"/p/{link}")

    assert answer.headers["content-type"].startswith("text/html")
    assert 'og:title" content="&lt;b&gt;秋夜&lt;/b&gt; · 五绝"' in answer.text
    assert 'og:description" content="白日依山尽，黄河入海流。"' in answer.text
    assert f'href="../#/poem/{link}"' in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    "link",
    [
        packed(SENT)[:-9],
        packed(SENT, version=2),
        packed({"lines": 3}),
        packed({"lines": [{"text": 1, "mark": 2}]}),
        packed(["no poem"]),
        packed({"prose": "a" * 1_000_000}),
        "a",
        "%E7%A7%8B",
    ],
)
def test_a_link_that_holds_no_poem_is_not_found(client, link) -> None:
    """A link that is cut off, of another version, too long or without a poem gets a 404."""
    answer = client.get(f"/p/{link}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "link.cut"


def test_a_browser_is_told_in_both_languages_what_is_not_there(client) -> None:
    """For a missing page, browsers get HTML in both languages, and other clients get JSON."""
    asked = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/nowhere/at/all", "/p/cut"):
        page = client.get(path, headers=asked)
        plain = client.get(path)

        assert (page.status_code, plain.status_code) == (404, 404)
        assert page.headers["vary"] == "accept"
        assert 'lang="zh-Hans"' in page.text
        assert 'lang="en"' in page.text
        assert 'href="/"' in page.text
        assert plain.json()["error"]


def test_a_blocked_word_is_not_shown_on_a_shared_page(verse_writer) -> None:
    """A link to a poem with a blocked word is refused."""
    with serving(("verse", verse_writer), blocked=("黄河",)) as running, running.client() as client:
        assert client.get(f"/p/{packed(SENT)}").json()["code"] == "link.blocked"
