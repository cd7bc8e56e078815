"""The commands `check`, `forms` and `rhyme`, as a user types them."""

import json

import pytest
from typer.testing import CliRunner

from charbard.cli.app import app
from charbard.errors import CorpusError, OptionError

POEM = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"


def run(*args: str, given: str | bytes | None = None):
    result = CliRunner().invoke(app, list(args), input=given, catch_exceptions=False)
    return result


def test_check_says_kept() -> None:
    """`check` reports that a poem keeps its form, and shows the poem's tones."""
    result = run("check", POEM)

    assert "kept" in result.stdout
    assert "●●○○●" in result.stdout


def test_check_as_json_from_a_file(tmp_path) -> None:
    """`check` can read a poem from a file and print its result as JSON."""
    path = tmp_path / "poem.txt"
    path.write_text("登鹳雀楼\n" + POEM, encoding="utf-8")

    data = json.loads(run("check", "--file", str(path), "--as", "json").stdout)

    assert data["title"] == "登鹳雀楼"
    assert data["is_kept"]


def test_check_many_from_standard_input() -> None:
    """Each input row gives one output row; with --strict a poem with a fault gives exit code 1."""
    rows = f"{POEM}\n{POEM.replace('楼', '天')}\n"
    result = run("check", "-", "--each-line", "--strict", given=rows)

    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert "1 of 2 keep their form" in result.stderr


def test_every_row_has_a_row_of_result() -> None:
    """A row that is not verse, or has no known form, does not stop the check of later rows."""
    result = run("check", "-", "--each-line", given=f"{POEM}\nhello\n\n春江潮水连海平\n{POEM}\n")

    assert [row.split("\t")[0] for row in result.stdout.splitlines()] == ["1", "2", "4", "5"]
    assert "2 of 4 keep their form" in result.stderr
    assert "1 of no known form, 1 without a Chinese character" in result.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_check_reads_any_encoding(tmp_path, encoding: str) -> None:
    """`check` reads a poem in any encoding, from a file or through a pipe."""
    path = tmp_path / "poem"
    path.write_bytes(POEM.encode(encoding))

    assert "kept" in run("check", "--file", str(path)).stdout
    assert "kept" in run("check", "-", given=path.read_bytes()).stdout


def test_check_of_what_is_no_text(tmp_path) -> None:
    """`check` refuses a picture and a missing file, each with its own error."""
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00" * 9
    with pytest.raises(CorpusError, match="standard input is not text"):
        run("check", "-", given=picture)
    with pytest.raises(CorpusError, match="no such file"):
        run("check", "--file", str(tmp_path / "none"))


def test_check_like_another_poem() -> None:
    """A poem may be checked against the form of another poem."""
    assert "kept" in run("check", POEM, "--like", POEM).stdout


@pytest.mark.parametrize(
    "args",
    [
        ("check",),
        ("check", POEM, "--as", "xml"),
        ("check", POEM, "--form", "五绝", "--like", POEM),
        ("rhyme", ""),
        ("rhyme", "abc"),
    ],
)
def test_check_and_rhyme_refuse_what_they_cannot_do(args) -> None:
    """`check` and `rhyme` refuse missing, wrong or conflicting arguments with a hint."""
    with pytest.raises(OptionError) as caught:
        run(*args)
    assert caught.value.hint


def test_forms_lists_and_shows() -> None:
    """`forms` lists all forms, or shows a named form line by line."""
    listed = run("forms").stdout

    assert "浣溪沙" in listed
    assert "·○·●。  a" in run("forms", "清平乐").stdout
    assert {row["kind"] for row in json.loads(run("forms", "--kind", "词", "--json").stdout)} == {
        "词"
    }
    assert json.loads(run("forms", "五绝", "--json").stdout)["name"] == "五绝"


def test_rhyme_lists_by_tone_and_frequency() -> None:
    """`rhyme` prints one row per reading of a character, and accepts the name of a rhyme."""
    rows = run("rhyme", "看").stdout.splitlines()
    named = json.loads(run("rhyme", "东", "--name", "--json", "--limit", "3").stdout)

    assert [row[:6] for row in rows] == ["看  平 寒", "看  仄 翰"]
    assert run("rhyme", "看", "--tone", "仄").stdout.startswith("看  仄")
    assert len(named["chars"]) == 3
    assert named["label"] == "东"
