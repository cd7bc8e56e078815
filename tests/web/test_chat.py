"""OpenAI's chat interface, used through OpenAI's own client."""

import openai
import pytest

TURNS = [{"role": "system", "content": "ab"}, {"role": "user", "content": "cd"}]


def test_turns_are_lines_of_one_text(api) -> None:
    """A chat gets the same reply as a completion whose prompt has one line per turn."""
    plain = api.completions.create(model="owl", prompt="ab\ncd", max_tokens=20, seed=5)

    chat = api.chat.completions.create(model="owl", messages=TURNS, max_tokens=20, seed=5)

    assert chat.choices[0].message.content == plain.choices[0].text
    assert chat.choices[0].message.role == "assistant"
    assert chat.choices[0].finish_reason == "length"
    assert chat.usage.prompt_tokens == 5


def test_a_chat_streams(api) -> None:
    """A streamed chat concatenates to the whole reply and ends with finish reason and usage."""
    options = {"model": "owl", "messages": TURNS, "max_completion_tokens": 15, "seed": 2}
    whole = api.chat.completions.create(**options).choices[0].message.content

    chunks = list(
        api.chat.completions.create(**options, stream=True, stream_options={"include_usage": True})
    )

    deltas = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert deltas[0].delta.role == "assistant"
    assert "".join(one.delta.content or "" for one in deltas) == whole
    assert deltas[-1].finish_reason == "length"
    assert chunks[-1].usage.completion_tokens == 15


def test_a_chat_of_a_model_without_line_ends(api) -> None:
    """For a model without line ends, the parts of a turn are joined without a separator."""
    turn = {
        "role": "user",
        "content": [{"type": "text", "text": "春"}, {"type": "text", "text": "江"}],
    }

    answer = api.chat.completions.create(model="verse", messages=[turn], max_tokens=5, seed=1)

    assert answer.usage.prompt_tokens == 2


def test_logprobs_of_a_chat(api) -> None:
    """Each character of a chat's reply is listed among its own alternatives."""
    choice = api.chat.completions.create(
        model="owl", messages=TURNS, max_tokens=6, seed=3, logprobs=True, top_logprobs=2
    ).choices[0]

    entries = choice.logprobs.content
    assert "".join(one.token for one in entries) == choice.message.content
    assert all(one.token in [top.token for top in one.top_logprobs] for one in entries)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "a"}]}, r"messages\.0\.role"),
        ({"tools": [{"type": "function"}]}, "tools is not offered"),
        ({"presence_penalty": 1}, "presence_penalty is not offered"),
        ({"top_logprobs": 2}, "without logprobs"),
    ],
)
def test_what_a_chat_cannot_have_is_refused_by_name(api, body, message) -> None:
    """A wrong or unsupported chat setting raises the client's own error, naming the setting."""
    asked = {"model": "owl", "messages": TURNS, **body}

    with pytest.raises(openai.UnprocessableEntityError, match=message):
        api.chat.completions.with_raw_response.create(
            model=asked.pop("model"), messages=asked.pop("messages"), extra_body=asked
        )


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [], "tool_choice": "none", "parallel_tool_calls": True},
        {"response_format": {"type": "text"}, "store": False, "metadata": None},
        {"messages": [{"role": "assistant", "content": None}, TURNS[1]]},
    ],
    ids=["no tools", "plain text", "an empty turn"],
)
def test_what_asks_for_nothing_is_taken(api, body) -> None:
    """Null and default values are accepted for chat features that a text model lacks."""
    asked = {"model": "owl", "messages": TURNS, "max_tokens": 3, **body}

    answer = api.chat.completions.create(
        model=asked.pop("model"), messages=asked.pop("messages"), extra_body=asked
    )

    assert len(answer.choices[0].message.content) == 3


def test_a_picture_in_a_turn_is_refused_where_it_stands(client) -> None:
    """An image in a chat is refused with an error that names its place in the request."""
    turn = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}

    answer = client.post("/v1/chat/completions", json={"model": "owl", "messages": [turn]})

    message = answer.json()["error"]["message"]
    assert message.startswith("messages.0.content.0.type must be 'text', got \"image_url\"")
