"""The commands of `charbard corpus` list, build, describe and trace corpora."""

import json

import pytest
from typer.testing import CliRunner

from charbard.cli.app import app
from charbard.errors import CorpusError


def _run(*words: str):
    return CliRunner().invoke(app, ["corpus", *words], catch_exceptions=False)


def test_list_shows_what_is_here(cache, tgz) -> None:
    """`charbard corpus list` shows for each corpus whether it is fetched and built."""
    assert "not fetched" in _run("list").stdout

    _run("build", "verse-core", "--from", str(tgz))

    verse = next(line for line in _run("list").stdout.splitlines() if line.startswith("verse-core"))
    assert "built" in verse


def test_build_prints_the_path_and_nothing_else(cache, tgz) -> None:
    """`charbard corpus build` prints the file's path on stdout and everything else on stderr."""
    done = _run("build", "verse-core", "--from", str(tgz))

    assert done.stdout.strip().endswith("verse-core.jsonl")
    assert len(done.stdout.splitlines()) == 1
    assert "charbard train verse-core" in done.stderr


def test_info_tells_sources_and_counts(cache, tgz) -> None:
    """`charbard corpus info` shows sources and counts, as text or with `--json` as JSON."""
    _run("build", "verse-core", "--from", str(tgz))

    shown = _run("info", "verse-core").stdout
    about = json.loads(_run("info", "verse-core", "--json").stdout)

    assert "MIT" in shown
    assert "missing characters" in shown
    assert about["records"] == sum(about["splits"].values())
    assert about["sources"][0]["sha256"] in str(about)


def test_trace_names_the_sources_of_a_poem(cache, tgz) -> None:
    """`charbard corpus trace` finds lines in either script, and omits lines not in the corpus."""
    _run("build", "verse-core", "--from", str(tgz))

    found = _run("trace", "春眠不覺曉，键盘声声起。", "--in", "verse-core").stdout.splitlines()

    assert found == ["春眠不觉晓  2  唐 孟浩然《春晓》 1: 春眠不觉晓"]


@pytest.mark.parametrize("words", [("info", "verse"), ("trace", "春眠不觉晓"), ("info", "prose")])
def test_what_is_not_built(cache, words) -> None:
    """If a corpus is not built, the error has a hint that says what to type next."""
    with pytest.raises(CorpusError) as caught:
        _run(*words)
    assert "charbard corpus" in caught.value.hint


def test_lines_to_exclude_are_for_corpora_of_records(cache, sdist, tmp_path) -> None:
    """`--exclude-lines` is refused for a corpus of running text."""
    with pytest.raises(CorpusError, match="no lines to exclude"):
        _run("build", "shakespeare", "--exclude-lines", str(tmp_path / "x"))
