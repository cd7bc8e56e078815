"""No request makes the server respond with status 500.

Set CHARBARD_FUZZ=10000 in the environment to send about 10,000 bodies; see `make fuzz`.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from charbard.config import StudioConfig
from charbard.web import Library, create_app
from tests.web.conftest import schema_of

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text("春江花月夜白日依_□，。/.1=平仄东 abc\x00\ud7ff", max_size=12),
    st.sampled_from(["七绝", "五律", "浣溪沙", "对联", "5,5a", "xinyun", "head", "none"]),
    st.lists(st.text("春江白日依山尽1.2=_", max_size=5), max_size=4),
    st.dictionaries(st.sampled_from(["form", "title", "x"]), st.text(max_size=4), max_size=2),
)
API = create_app(Library(()), StudioConfig()).openapi()
LEFT_OUT = {
    "/api/jobs/file": "its body is a file",
    "/api/jobs/{number}/stop": "it has no body",
    "/api/jobs/{number}/resume": "it has no body",
}
PATHS = [path for path, about in API["paths"].items() if "post" in about and path not in LEFT_OUT]
BODIES = int(os.environ.get("CHARBARD_FUZZ", 25 * len(PATHS))) // len(PATHS) + 1
CHEAP = {"length": 3, "samples": 1, "candidates": 1, "drafts": 1, "max_tokens": 3, "n": 1}


def bodies(path: str) -> st.SearchStrategy[dict]:
    """Return a strategy for bodies: a cheap valid body with up to four fields set to odd values."""
    schema = schema_of(API, path)
    properties, example = schema["properties"], schema.get("example", {})
    base = {**example, **{name: value for name, value in CHEAP.items() if name in properties}}
    return st.dictionaries(st.sampled_from([*properties, "unknown"]), ODD, max_size=4).map(
        lambda odd: {**base, **odd}
    )


@pytest.mark.parametrize("path", PATHS)
def test_no_body_breaks_the_server(client, path) -> None:
    """A body with arbitrary field values gets status 200, 400, 404 or 422, never 500."""

    @settings(
        max_examples=BODIES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(bodies(path))
    def ask(body: dict) -> None:
        answer = client.post(path, json=body)
        assert answer.status_code in (200, 400, 404, 422), (body, answer.text)

    ask()


@settings(max_examples=40)
@given(word=st.text(max_size=6))
def test_write_poem_always_answers(client, word) -> None:
    """`/write_poem` returns a text for any beginning."""
    answer = client.get("/write_poem", params={"begin_word": word.encode(errors="replace")})

    assert answer.status_code == 200
    assert answer.json()["result"]


@pytest.mark.parametrize("word", ["夜", "明月", "", "☃", "龘", "a，b", "月" * 30])
def test_write_poem_of_a_model_of_verse(verse_writer, word) -> None:
    """For known, unknown and impossible beginnings, `/write_poem` returns a poem in its form."""
    from charbard.prosody.check import check
    from tests.web.conftest import serving

    with serving(("verse", verse_writer)) as here, here.client() as alone:
        answer = alone.get("/write_poem", params={"begin_word": word})

    assert answer.status_code == 200
    assert check(answer.json()["result"], "七绝").is_kept
