"""The commands `charbard eval`, `score` and `info`."""

import json
import math

import pytest

from charbard.bundle import save_bundle
from tests.conftest import random_bundle


def test_eval_tells_nats_bits_and_perplexity(call, trained, owl) -> None:
    """By default `eval` prints one line each for protocols A and B, on the validation part."""
    done = call("eval", trained, owl)
    a, b = done.out.splitlines()

    assert done.code == 0
    assert a.startswith("A  ")
    assert b.startswith("B  ")
    assert "bits  perplexity" in a
    assert "over 575 characters (0.00% unknown)" in a


@pytest.mark.torch
def test_eval_as_json_by_all_protocols(call, trained, owl) -> None:
    """Nats, bits and perplexity agree, and the loss falls from protocol A to B to C."""
    pytest.importorskip("torch")
    done = call("eval", trained, owl, "--protocol", "abc", "--json", "--part", "all")
    rows = {row["protocol"]: row for row in map(json.loads, done.out.splitlines())}

    assert list(rows) == ["A", "B", "C"]
    for row in rows.values():
        assert math.isclose(row["bits_per_char"], row["nats_per_char"] / math.log(2))
        assert math.isclose(row["perplexity"], math.exp(row["nats_per_char"]))
        assert row["chars"] == 5759
    assert rows["B"]["nats_per_char"] < rows["A"]["nats_per_char"]
    assert rows["C"]["nats_per_char"] < rows["B"]["nats_per_char"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--protocol", "X"], "no protocol 'X'"),
        (["--protocol", "R"], "protocol R does not fit a model of running text"),
        (["--part", "half"], "no part 'half'"),
        (["--part", "test"], "the test part of the text holds 0 characters"),
    ],
)
def test_eval_refuses_what_it_cannot_measure(call, trained, owl, options, message: str) -> None:
    """`eval` refuses an unknown or unsuitable protocol or part, and gives the reason."""
    done = call("eval", trained, owl, *options)

    assert done.code == 1
    assert f"Error: {message}" in done.err


def test_eval_of_a_text_that_holds_nothing(call, trained, tmp_path) -> None:
    """For a file with only a byte-order mark, `eval` reports an error, not a traceback."""
    text = tmp_path / "mark.txt"
    text.write_bytes(b"\xef\xbb\xbf")
    done = call("eval", trained, text)

    assert done.code == 1
    assert "Error: the text holds nothing to learn from" in done.err


def test_score_names_each_character(call, trained) -> None:
    """`score` prints one line per character on stdout and the total on stderr."""
    done = call("score", trained, "The owl", "--top", 2)
    lines = done.out.splitlines()

    assert done.code == 0
    assert [line[1] for line in lines] == list("The owl")
    assert all(line.count("%") == 3 for line in lines)
    assert "nats" in done.err
    assert "perplexity" in done.err


def test_score_reads_a_pipe_in_any_encoding(call, tmp_path) -> None:
    """Piped text is decoded and its line ends are normalised, as in training."""
    path = tmp_path / "letters.safetensors"
    save_bundle(random_bundle(), path)
    plain = call("score", path, "春江\n花月", "--json")

    for raw in (
        "春江\r\n花月".encode(),
        "春江\r\n花月".encode("gb18030"),
        "春江\n花月".encode("utf-16"),
    ):
        assert call("score", path, "-", "--json", stdin=raw).out == plain.out
    rows = [json.loads(line) for line in plain.out.splitlines()]
    assert "".join(row["char"] for row in rows) == "春江\n花月"
    assert all(len(row["expected"]) == 3 for row in rows)


@pytest.mark.parametrize(
    ("text", "stdin", "message"),
    [
        ("", b"", "there is no character to score"),
        ("☃", b"", "there is no character to score"),
        ("-", b"", "there is no character to score"),
        ("-", bytes(range(256)) * 4, "standard input is not text"),
    ],
    ids=["empty", "unknown", "empty pipe", "binary pipe"],
)
def test_score_of_nothing(call, trained, text: str, stdin: bytes, message: str) -> None:
    """`score` refuses input that contains no character to score, and says why."""
    done = call("score", trained, text, stdin=stdin)

    assert done.code == 1
    assert f"Error: {message}" in done.err


def test_info_tells_where_a_model_comes_from(call, trained) -> None:
    """`info` shows a model's network, text, training run and scores, as a list or as JSON."""
    facts = json.loads(call("info", trained, "--json").out)
    shown = call("info", trained).out

    assert facts["network"] == "1 x lstm, width 48"
    assert facts["text"]["names"] == ["owl.txt"]
    assert facts["training"]["steps"] == 120
    assert facts["scores"]["validation_nats"] > 0
    assert len(facts["model"]) == 16
    for name in facts:
        assert f"\n{name}" in "\n" + shown
