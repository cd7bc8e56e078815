"""`charbard write` prints only the text on stdout."""

import json
import shutil

import pytest

from charbard.bundle import save_bundle, shipped_bundles
from tests.cli.conftest import finish, spawn
from tests.conftest import random_bundle


@pytest.fixture(scope="module")
def verse(tmp_path_factory):
    """Path of an untrained model for records that have the field `form`."""
    path = tmp_path_factory.mktemp("verse") / "verse.safetensors"
    save_bundle(random_bundle(has_records=True, fields=("form",)), path)
    return path


def test_stdout_is_the_text_stderr_the_seed(call, trained) -> None:
    """The text continues the prompt; the seed that reproduces the text is printed on stderr."""
    done = call("write", trained, "--prime", "The owl", "--length", 40)
    seed = done.err.split()[-1]

    assert done.code == 0
    assert done.out.startswith("The owl")
    assert len(done.out) == len("The owl") + 40 + 1
    assert done.err == f"seed {seed}\n"
    assert call("write", trained, "-p", "The owl", "-n", 40, "--seed", seed).out == done.out


def test_a_folder_a_bundle_and_a_checkpoint_can_be_named(call, trained, tmp_path) -> None:
    """For a run's folder, `write` uses its best model, or else its newest checkpoint."""
    shutil.copy(max(trained.glob("checkpoint_*")), tmp_path)
    args = ("--seed", 3, "--length", 30)

    assert (
        call("write", trained, *args).out == call("write", trained / "model.safetensors", *args).out
    )
    assert len(call("write", tmp_path, *args).out) == 31


def test_samples_are_parted_by_an_empty_line(call, trained) -> None:
    """Samples are separated by an empty line, and the first equals a sample written alone."""
    done = call("write", trained, "--samples", 2, "--seed", 5, "--length", 20, "--ban", "\n")
    first, empty, second, _, rest = done.out.split("\n")

    assert call("write", trained, "--seed", 5, "-n", 20, "--ban", "\n").out == first + "\n"
    assert (empty, rest) == ("", "")
    assert len(second) == 20
    assert second != first


def test_json_is_one_object_a_text(call, trained) -> None:
    """`--json` prints one object per text, with the seed that reproduces it."""
    done = call("write", trained, "--json", "--samples", 3, "--seed", 5, "--length", 20)
    rows = [json.loads(line) for line in done.out.splitlines()]

    assert [row["sample"] for row in rows] == [0, 1, 2]
    assert {row["seed"] for row in rows} == {5}
    assert rows[0]["text"] + "\n" == call("write", trained, "--seed", 5, "-n", 20).out
    assert all(row["nats_per_char"] > 0 for row in rows)


def test_every_dial_reaches_the_text(call, trained) -> None:
    """`--greedy` ignores the seed; `--ban`, `--stop` and `--finish-line` take effect."""
    greedy = [call("write", trained, "--greedy", "-n", 60, "--seed", s).out for s in (1, 2)]
    first_only = call("write", trained, "--top-k", 1, "--seed", 3, "-n", 60).out

    assert greedy[0] == greedy[1] == first_only
    assert "e" not in call("write", trained, "--ban", "e", "--seed", 1, "-n", 200).out
    assert "the" not in call("write", trained, "--stop", "the", "--seed", 1, "-n", 500).out
    ended = call("write", trained, "--finish-line", "--seed", 1, "-n", 10).out
    assert ended.endswith("\n\n")
    assert len(ended) > 10
    for option in (["--top-p", 0], ["--min-p", 1], ["-t", 0.01], ["--frequency-penalty", 10]):
        assert len(call("write", trained, *option, "--seed", 3, "-n", 30).out) == 31


def test_a_prime_of_unknown_characters_is_told_and_skipped(call, trained) -> None:
    """Unknown characters in a prompt are replaced or skipped, and stderr lists each of them."""
    done = call("write", trained, "--prime", "Ｔhe 猫☃ ow\u0301l\r\n", "-n", 5, "--seed", 1)

    assert done.code == 0
    assert done.out.startswith("The  owl\n")
    assert "Ｔ read as T" in done.err
    assert "ẃ read as w" in done.err
    assert "猫 skipped: the model has never seen it" in done.err


def test_fields_condition_the_text(call, verse) -> None:
    """`--field` changes the text; the error for a field that the model lacks names the field."""
    args = ("--seed", 4, "-n", 30, "--json")
    spring, open_ = (call("write", verse, *o, *args) for o in (["--field", "form=春江"], []))
    wrong = call("write", verse, "--field", "tune=春", *args)

    assert spring.code == open_.code == 0
    assert json.loads(spring.out)["nats_per_char"] != json.loads(open_.out)["nats_per_char"]
    assert wrong.code == 1
    assert "Error: the model knows no field 'tune'\nHint: it knows: form" in wrong.err


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (
            ["--temperature", "0.001"],
            "temperature must be 0 or at least 0.01, got 0.001",
            "--greedy",
        ),
        (["--temperature", "nan"], "--temperature must be a finite number", "Boldness"),
        (["--top-k", "0"], "--top-k must be at least 1, got 0", "likeliest"),
        (["--top-p", "1.5"], "--top-p must be at most 1.0, got 1.5", "share"),
        (["--length", "0"], "--length must be at least 1, got 0", "Characters to write"),
        (["--samples", "0"], "--samples must be at least 1", "Texts to write"),
        (["--seed", "-1"], "--seed must be at least 0", "Repeat"),
        (["--stop", ""], "a stop string is empty", "at least one character"),
        (["--field", "form"], "--field 'form' has no '='", "form="),
        (["--ban", "\n TWabcdefghijklmnopqrstuvwxyz',.?"], "every character is banned", "--ban"),
    ],
)
def test_wrong_values_are_named(call, trained, options, message: str, hint: str) -> None:
    """A wrong value gives exit code 1, and stderr says what is wrong and what is allowed."""
    done = call("write", trained, *options)

    assert done.code == 1
    assert done.out == ""
    assert f"Error: {message}" in done.err
    assert hint in done.err.split("Hint: ")[1]


def test_a_reader_that_goes_away_is_no_error_message(trained) -> None:
    """`charbard write … | head` ends without an error message."""
    process = spawn("write", str(trained), "--length", "1000000")
    assert process.stdout is not None
    assert process.stdout.read(20)
    process.stdout.close()
    process.stdout = None

    done = finish(process)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "Error" not in done.err


def test_a_full_disk_behind_stdout(trained) -> None:
    """A failure to write to stdout is reported in one line."""
    with open("/dev/full", "wb") as full:
        done = finish(spawn("write", str(trained), "--length", "50", stdout=full))

    assert done.code == 1
    assert done.err == "Error: cannot write the result: no space left on device\n"


def test_a_prime_comes_from_a_file_or_a_pipe(call, trained, tmp_path) -> None:
    """A prompt may come from a file or a pipe, in any encoding; two sources are refused."""
    file = tmp_path / "prime.txt"
    file.write_bytes("The owl\r\nof the".encode("utf-16"))
    rest = ("-n", 9, "--seed", 3)
    spoken = call("write", trained, "--prime", "The owl\nof the", *rest)

    assert call("write", trained, "--prime-file", file, *rest).out == spoken.out
    assert "prime.txt': read as utf-16 (another: --encoding)" in (
        call("write", trained, "--prime-file", file, *rest).err
    )
    piped = call("write", trained, "--prime", "-", *rest, stdin=b"The owl\nof the")
    assert piped.out == spoken.out
    both = call("write", trained, "--prime", "a", "--prime-file", file)
    assert (both.code, "both --prime and --prime-file" in both.err) == (1, True)
    missing = call("write", trained, "--prime-file", tmp_path / "none.txt")
    assert (missing.code, "cannot read" in missing.err) == (1, True)


def test_escapes_are_read_when_that_is_asked_for(call, trained) -> None:
    r"""Only with `--escapes` is \n read as a line end; without it, a note names the option."""
    rest = ("-n", 60, "--seed", 3)
    literal = call("write", trained, "--prime", r"The\nowl", *rest)
    read = call("write", trained, "--escapes", "--prime", r"The\nowl \u0061", *rest)
    stopped = call("write", trained, "--escapes", "--prime", "The", "--stop", r"\n", *rest)

    assert "--escapes" in literal.err
    assert read.out.startswith("The\nowl a")
    assert read.out == call("write", trained, "--prime", "The\nowl a", *rest).out
    assert stopped.out == call("write", trained, "--prime", "The", "--stop", "\r\n", *rest).out
    assert "\n" not in stopped.out.removesuffix("\n")


def test_temperature_zero_is_greedy(call, trained) -> None:
    """Temperature 0 gives the same text as `--greedy`."""
    greedy = call("write", trained, "--greedy", "-n", 40, "--seed", 1).out

    assert call("write", trained, "--temperature", 0, "-n", 40, "--seed", 2).out == greedy


@pytest.mark.skipif("english" not in shipped_bundles(), reason="no model came along")
def test_a_name_of_no_model_is_answered_with_those_that_ship(call) -> None:
    """The hint for an unknown model's name lists the models that ship with the package."""
    done = call("write", "shakespeare")

    assert done.code == 1
    assert "no model at 'shakespeare'" in done.err
    assert "shipped: english" in done.err
