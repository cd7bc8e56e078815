"""`charbard verse`, `couplet` and `name`: the text is on stdout, all remarks are on stderr."""

import json

import pytest

from charbard.bundle import save_bundle
from charbard.prosody.check import check
from tests.cli.conftest import refused
from tests.writer.conftest import small_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("verse") / "verse.safetensors"
    save_bundle(small_bundle(), path)
    return path


def test_stdout_is_the_poem_and_a_seed_repeats_it(call, model) -> None:
    """The poem is printed with one couplet per row, and the seed on stderr reproduces it."""
    done = call("verse", model, "--form", "五绝", "--acrostic", "春夏秋冬")
    again = call(
        *("verse", model, "--form", "五绝", "--acrostic", "春夏秋冬"),
        *("--seed", done.err.split()[-1]),
    )

    assert done.code == 0
    assert done.out == again.out
    assert check(done.out, "五绝").is_kept
    rows = done.out.splitlines()
    assert [rows[0][0], rows[0][6], rows[1][0], rows[1][6]] == list("春夏秋冬")


def test_json_says_how_it_came_about(call, model) -> None:
    """`--json` prints one object per candidate, best first, with every part of its score."""
    done = call(
        *("verse", model, "--form", "五律", "--theme", "送别", "--json"),
        *("--candidates", 3, "--seed", 4),
    )
    rows = [json.loads(line) for line in done.out.splitlines()]

    assert len(rows) == 3
    totals = [row["score"]["total"] for row in rows]
    assert totals == sorted(totals, reverse=True)
    assert {"model", "theme", "parallel", "repetition"} <= set(rows[0]["score"])
    assert rows[0]["seed"] == 4


def test_what_does_not_reach_the_model_is_said(call, model) -> None:
    """An author or a theme that the model cannot use is reported on stderr and in the JSON."""
    asked = ("verse", model, "--form", "五绝", "--author", "李白", "--theme", "my cat", "--seed", 1)
    done, told = call(*asked), call(*asked, "--json")

    assert "the poet '李白' does not reach it" in done.err
    assert "the theme 'my cat' does not reach the model" in done.err
    assert "does not reach" not in done.out
    assert all(len(json.loads(line)["notes"]) == 2 for line in told.out.splitlines())


def test_layouts(call, model) -> None:
    """A poem can have pinyin above, tone marks below, vertical columns or traditional script."""
    args = ("verse", model, "--form", "五绝", "--seed", 1, "--untitled")
    plain = call(*args).out.replace("\n", "")
    rows = call(*args, "--pinyin", "--tones").out.splitlines()
    columns = call(*args, "--layout", "vertical").out.splitlines()

    assert len(rows) == 12
    assert len(rows[0].split()) == 5
    assert len(rows[2].split()) == 5
    assert set(rows[2]) <= set("○●◐ ")
    assert columns[0][-1] == plain[0]
    assert columns[1][-1] == plain[1]
    assert len(call(*args, "--traditional").out) == len(call(*args).out)


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (["--layout", "round"], "no layout 'round'", "choose one of: horizontal, vertical"),
        (["--layout", "vertical", "--tones"], "no place for tones", "leave out --tones"),
        (["--layout", "vertical", "--pinyin"], "no place for pinyin", "give --layout horizontal"),
    ],
)
@pytest.mark.parametrize("command", [("verse",), ("couplet", "春风又绿江南岸")])
def test_an_impossible_layout(call, command, options, message, hint) -> None:
    """A layout that does not exist, or has no place for what was asked, is refused."""
    refused(call(*command, *options), message, hint)


def test_a_theme_that_was_drawn_stands_above_the_poem(call, model) -> None:
    """A randomly drawn theme is printed as the poem's title; a given theme is not."""
    args = ("verse", model, "--form", "五绝", "--seed", 1)
    title, *poem = call(*args).out.splitlines()

    assert title.startswith("《")
    assert call(*args, "--theme", title.strip("《》")).out.splitlines() == poem


def test_what_cannot_be_had_is_refused_in_two_lines(call, model) -> None:
    """For conflicting demands, the error names the conflict and the hint says what would work."""
    done = call("verse", model, "--form", "五绝", "--rhyme", "东", "--lock", "2.5=花")

    assert done.code == 1
    assert done.out == ""
    assert "rhyme 东" in done.err
    assert "'花' at line 2, place 5" in done.err
    assert "can be written without" in done.err


def test_a_first_line_to_a_second(call, model) -> None:
    """With an empty first side and `--second`, `couplet` writes a matching first side."""
    rows = call("couplet", "", model, "--second", "明月何时照我还", "-n", 1).out.splitlines()

    assert rows[0].endswith("，明月何时照我还。")


def test_couplets_and_names(call, model) -> None:
    """A couplet is printed below its heading, and names are printed one per row."""
    rows = call("couplet", "春风又绿江南岸", model, "--heading", "-n", 1).out.splitlines()
    names = call("name", model, "--surname", "李", "--tones", "仄平", "-n", 3).out.splitlines()

    assert len(rows[0]) == 6
    assert rows[1].startswith("春风又绿江南岸，")
    assert all(name.startswith("李") and len(name) == 3 for name in names)


def test_rare_characters_are_told(call, model) -> None:
    """A character that the model has never seen is written as given, with a note on stderr."""
    done = call("verse", model, "--form", "五绝", "--lock", "1.1=龘")

    assert done.out.startswith("龘")
    assert "龘 is written as given" in done.err
