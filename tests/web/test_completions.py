"""OpenAI's completions interface, used through OpenAI's own client, unmodified."""

import math
import re

import openai
import pytest

from charbard.bundle import shipped_bundles
from charbard.writer import Writer
from tests.web.conftest import serving


def test_models_are_listed(api) -> None:
    """The client lists all models and can retrieve a model by its name."""
    names = [model.id for model in api.models.list()]

    assert names == ["owl", "verse"]
    assert api.models.retrieve("owl").id == "owl"


def test_completions_repeat_with_their_seed(api) -> None:
    """The same seed gives the same texts, each of the requested length."""

    def ask():
        return api.completions.create(
            model="owl", prompt="ab", max_tokens=12, n=3, seed=4, temperature=0.9, top_p=0.9
        )

    first, again = ask(), ask()

    assert [choice.text for choice in first.choices] == [choice.text for choice in again.choices]
    assert [choice.index for choice in first.choices] == [0, 1, 2]
    assert all(len(choice.text) == 12 for choice in first.choices)
    assert {choice.finish_reason for choice in first.choices} == {"length"}
    assert first.usage.total_tokens == 2 + 36


def test_a_stream_is_the_same_text(api) -> None:
    """A streamed completion concatenates to the whole text; finish reason and usage come last."""
    options = {"model": "owl", "prompt": "春", "max_tokens": 15, "seed": 2}
    whole = api.completions.create(**options).choices[0].text

    chunks = list(
        api.completions.create(**options, stream=True, stream_options={"include_usage": True})
    )

    said = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.text for choice in said) == whole
    assert said[-1].finish_reason == "length"
    assert chunks[-1].usage.completion_tokens == 15


def test_stop_echo_and_greedy(api) -> None:
    """`stop` cuts a text short, `echo` repeats the prompt, and temperature 0 ignores the seed."""
    whole = api.completions.create(model="owl", prompt="a", max_tokens=40, seed=1).choices[0].text
    stop = whole[5:7]

    stopped = api.completions.create(
        model="owl", prompt="a", max_tokens=40, seed=1, stop=[stop], echo=True
    ).choices[0]
    greedy = [
        api.completions.create(model="owl", prompt="a", max_tokens=9, temperature=0, seed=seed)
        for seed in (1, 2)
    ]

    assert stopped.text == "a" + whole[: whole.index(stop)]
    assert stopped.finish_reason == "stop"
    assert greedy[0].choices[0].text == greedy[1].choices[0].text


def test_logprobs_have_a_number_for_each_character(api) -> None:
    """Each character of a completion has a token, a log-probability and alternatives."""
    choice = api.completions.create(
        model="owl", prompt="ab", max_tokens=6, seed=3, logprobs=2
    ).choices[0]

    logprobs = choice.logprobs
    assert "".join(logprobs.tokens) == choice.text
    assert all(-math.inf < logp <= 0 for logp in logprobs.token_logprobs)
    assert all(2 <= len(top) <= 3 for top in logprobs.top_logprobs)  # the drawn one may be extra
    assert logprobs.text_offset[0] == 2


def test_several_prompts(api) -> None:
    """Choices are numbered consecutively across several prompts."""
    answer = api.completions.create(model="owl", prompt=["a", "b"], max_tokens=3, n=2, seed=1)

    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]


def test_errors_are_of_the_clients_own_classes(api, prose_writer) -> None:
    """A wrong model, value, feature or token raises the matching error of the client library."""
    with pytest.raises(openai.NotFoundError, match="no model named 'x'"):
        api.completions.create(model="x", prompt="a")
    with pytest.raises(openai.UnprocessableEntityError, match="temperature"):
        api.completions.create(model="owl", prompt="a", temperature=3)
    with pytest.raises(openai.UnprocessableEntityError, match="not offered"):
        api.completions.create(model="owl", prompt="a", suffix="b")
    with (
        serving(("owl", prose_writer), token="secret") as here,
        here.client() as http,
        openai.OpenAI(
            base_url=f"{here.url}/v1", api_key="wrong", max_retries=0, http_client=http
        ) as stranger,
        pytest.raises(openai.AuthenticationError, match="token"),
    ):
        stranger.completions.create(model="owl", prompt="a")


def test_a_theme_goes_in_fields(api) -> None:
    """The client's `extra_body` passes fields, such as a title, to the model."""

    def ask(**fields):
        return api.completions.create(
            model="verse", prompt="", max_tokens=12, seed=4, extra_body={"fields": fields}
        )

    assert ask(title="春").choices[0].text != ask(title="秋夜").choices[0].text


SPEECH = "ROMEO:\nHe jests at scars that never felt a wound.\n"


def test_sums_of_an_evaluation_harness(api, prose_writer) -> None:
    """An echoed text's log-probabilities sum to the result of `Writer.score`, to 1e-3 nats."""
    context, continuation = "abcd ", "feed a cab"
    scores = prose_writer.score(context + continuation).chars

    for max_tokens in (0, 1):
        choice = api.completions.create(
            model="owl",
            prompt=context + continuation,
            max_tokens=max_tokens,
            temperature=0,
            logprobs=1,
            echo=True,
        ).choices[0]
        logprobs = choice.logprobs
        assert logprobs.tokens[: len(context + continuation)] == list(context + continuation)
        assert logprobs.token_logprobs[0] is None
        assert len(logprobs.tokens) == len(context + continuation) + max_tokens
        end = len(logprobs.tokens) - max_tokens
        found = sum(logprobs.token_logprobs[len(context) : end])
        assert found == pytest.approx(sum(one.logp for one in scores[len(context) :]), abs=1e-3)


@pytest.mark.skipif(not shipped_bundles().get("english"), reason="no model came along")
def test_sums_of_english() -> None:
    """The shipped English model scores a text the same over HTTP as in Python, to 1e-3 nats."""
    writer = Writer.open(shipped_bundles()["english"])
    scores = writer.score(SPEECH).chars

    with serving(("english", writer)) as here, here.client() as http:
        body = {
            "model": "english",
            "prompt": SPEECH,
            "max_tokens": 0,
            "logprobs": 0,
            "echo": True,
        }
        answer = http.post("/v1/completions", json=body).json()

    found = answer["choices"][0]["logprobs"]["token_logprobs"]
    assert sum(found[1:]) == pytest.approx(sum(one.logp for one in scores[1:]), abs=1e-3)


def test_each_token_is_among_its_alternatives_with_the_same_number(api) -> None:
    """With fields set, a token's log-probability equals its entry among the alternatives."""
    logprobs = (
        api.completions.create(
            model="verse",
            prompt="春",
            max_tokens=8,
            seed=3,
            logprobs=1,
            extra_body={"fields": {"title": "秋夜"}},
        )
        .choices[0]
        .logprobs
    )

    for token, logp, top in zip(
        logprobs.tokens, logprobs.token_logprobs, logprobs.top_logprobs, strict=True
    ):
        assert top[token] == pytest.approx(logp, abs=1e-6)


def test_null_is_the_default(api) -> None:
    """A setting that is null takes its default value."""
    names = ("max_tokens", "n", "temperature", "top_p", "stop", "logprobs", "echo", "suffix")
    nulls = dict.fromkeys((*names, "best_of", "presence_penalty", "stream", "fields"))

    answer = api.completions.create(model="owl", prompt="a", seed=1, extra_body=nulls)

    assert len(answer.choices[0].text) == 16


def test_equal_prompts_get_different_draws(api) -> None:
    """Equal prompts get different texts; the first is the text that one prompt alone would get."""
    many = api.completions.create(model="owl", prompt=["ab"] * 4, max_tokens=20, seed=4)
    one = api.completions.create(model="owl", prompt="ab", max_tokens=20, seed=4)

    texts = [choice.text for choice in many.choices]
    assert len(set(texts)) == 4
    assert texts[0] == one.choices[0].text


def test_echo_is_what_was_sent(api) -> None:
    """`echo` returns the prompt exactly as sent, and the tokens concatenate to the whole text."""
    prompt = "a\r\nb☃e\u0301c"

    choice = api.completions.create(
        model="owl", prompt=prompt, max_tokens=3, seed=1, echo=True, logprobs=1
    ).choices[0]

    assert choice.text.startswith(prompt)
    assert "".join(choice.logprobs.tokens) == choice.text
    assert choice.logprobs.text_offset[-1] == len(choice.text) - 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"presence_penalty": 1}, "presence_penalty is not offered, got 1"),
        ({"logit_bias": {"5": 1}}, "logit_bias is not offered"),
        ({"best_of": 3}, "best_of is not offered"),
        ({"temprature": 1}, "no setting named 'temprature'"),
        ({"prompt": [1, 2, 3]}, "list of token ids"),
        ({"prompt": [[1, 2], [3]]}, "list of token ids"),
        ({"prompt": [{"a": 1}]}, r"prompt\.0 must be text, got \{.a.: 1\}"),
    ],
)
def test_what_is_not_honoured_is_refused_by_name(client, body, message) -> None:
    """An unsupported setting or prompt is refused by name in OpenAI's error format."""
    answer = client.post("/v1/completions", json={"model": "owl", "prompt": "a", **body})

    assert answer.status_code == 422
    assert re.search(message, answer.json()["error"]["message"])


def test_top_k_and_min_p_are_honoured(api) -> None:
    """`top_k=1` alone, or `min_p=1.0` alone, makes a completion greedy."""
    options = {"model": "owl", "prompt": "ab", "max_tokens": 12, "seed": 3}
    greedy = api.completions.create(**options, temperature=0).choices[0].text

    for only in ({"top_k": 1}, {"min_p": 1.0}):
        answer = api.completions.create(**options, extra_body=only)
        assert answer.choices[0].text == greedy


def test_a_stop_string_is_normalised_as_a_text_is(api) -> None:
    """If the stop string is a Windows line ending, a text stops at any line ending."""
    options = {"model": "owl", "prompt": "ab", "max_tokens": 400, "seed": 1}
    whole = api.completions.create(**options).choices[0].text
    assert "\n" in whole

    stopped = api.completions.create(**options, stop=["\r\n"]).choices[0]

    assert stopped.text == whole[: whole.index("\n")]


def test_an_address_that_does_not_exist(client) -> None:
    """An unknown path under `/v1` gets a 404 in OpenAI's format that lists the existing paths."""
    answer = client.post("/v1/embeddings", json={})

    assert answer.status_code == 404
    assert "/v1/chat/completions" in answer.json()["error"]["message"]
