"""OpenAI's own client works unchanged."""

import math

import openai
import pytest

from tests.web.conftest import serving


@pytest.fixture(scope="module")
def api(running):
    import httpx

    with openai.OpenAI(
        base_url=f"{running.url}/v1",
        api_key="none",
        max_retries=0,
        http_client=httpx.Client(trust_env=False),
    ) as client:
        yield client


def test_models_are_listed(api) -> None:
    """Each name can be asked for by itself."""
    names = [model.id for model in api.models.list()]

    assert names == ["owl", "verse"]
    assert api.models.retrieve("owl").id == "owl"


def test_completions_repeat_with_their_seed(api) -> None:
    """Several texts, of the length asked for, the same with the same seed."""

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
    """Server-sent chunks join to the text; the last one has the reason and the usage."""
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
    """A stop string is left out, the prompt can be repeated, temperature 0 is greedy."""
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
    """As many tokens, log-probabilities and alternatives as characters."""
    choice = api.completions.create(
        model="owl", prompt="ab", max_tokens=6, seed=3, logprobs=2
    ).choices[0]

    logprobs = choice.logprobs
    assert "".join(logprobs.tokens) == choice.text
    assert all(-math.inf < logp <= 0 for logp in logprobs.token_logprobs)
    assert all(2 <= len(top) <= 3 for top in logprobs.top_logprobs)  # the drawn one, too
    assert logprobs.text_offset[0] == 2


def test_several_prompts(api) -> None:
    """Choices are numbered through."""
    answer = api.completions.create(model="owl", prompt=["a", "b"], max_tokens=3, n=2, seed=1)

    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]


def test_errors_are_of_the_clients_own_classes(api, prose_writer) -> None:
    """An unknown model, a wrong value, what is not offered, a wrong token."""
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
    """What only this server knows goes through the client's `extra_body`."""

    def ask(**fields):
        return api.completions.create(
            model="verse", prompt="", max_tokens=12, seed=4, extra_body={"fields": fields}
        )

    assert ask(title="春").choices[0].text != ask(title="秋夜").choices[0].text
