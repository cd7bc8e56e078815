"""Reports: their sections, pages and cards, and the commands that write them."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from charbard.bundle import save_bundle
from charbard.cli.app import app
from charbard.config import ReportOptions
from charbard.corpus.registry import BuiltCorpus
from charbard.errors import OptionError
from charbard.report.card import filled_card, read_notes
from charbard.report.collect import collect, own_text
from charbard.report.page import page, readable
from charbard.report.svg import bars
from tests.conftest import random_bundle

SMALL = ReportOptions(texts=4, themes=2, samples=2)
_ABOUT = {"network": "", "weights": 1, "characters": 1, "digest": "", "provenance": {}}
NOTES = "## About\nA poet.\n\n## Data\nOld poems, MIT.\n\n## Command\nmake verse\n"


@pytest.fixture(scope="module")
def document(poet, poems):
    """Return a report on verse that all tests share and must not change."""
    return collect(replace(poet, digest="abc"), [str(poems)], SMALL, title="poet")


def test_a_report_on_verse_answers_every_question(document) -> None:
    """A report on verse has all seven sections, each with figures or texts."""
    keys = [section["key"] for section in document["sections"]]

    assert keys == [
        "perplexity", "form", "variety", "novelty", "parallelism", "themes", "samples"
    ]  # fmt: skip
    assert all(section["rows"] or section["texts"] for section in document["sections"])


def test_people_set_the_measure(document) -> None:
    """Tables that judge generated poems also have rows for human-written poems."""
    found = {section["key"]: section["rows"] for section in document["sections"]}

    assert found["form"]["七绝 by people"]["rhyme and T4"] == 1.0
    assert found["form"]["七绝 constrained"]["rhyme and T4"] == 1.0
    assert found["form"]["七绝 constrained"]["all rules"] == 1.0
    assert found["novelty"]["七绝 by people"]["lines"] == 1.0  # the training split has them, too
    assert {"free", "by people"} <= set(found["themes"])


def test_the_same_seed_gives_the_same_report(document, poet, poems) -> None:
    """Two reports with the same seed are equal, whenever they are made."""
    again = collect(replace(poet, digest="abc"), [str(poems)], SMALL, title="poet")

    assert again == document


def test_a_small_corpus_is_enough(poet, tmp_path) -> None:
    """A corpus that is too small for some sections gets a report with the other sections."""
    row = {"kind": "词", "form": "如梦令", "text": "昨夜雨疏风骤，浓睡不消残酒。"}
    rows = [json.dumps({**row, "split": split}) for split in ("train", "test")]
    (tmp_path / "one.jsonl").write_text("\n".join(rows))

    found = collect(poet, [str(tmp_path / "one.jsonl")], SMALL, title="x")["sections"]

    keys = [section["key"] for section in found]
    assert keys == ["perplexity", "form", "variety", "novelty", "parallelism", "samples"]
    assert page({"title": "x", "model": _ABOUT, "text": [], "options": {}, "sections": found})


def test_skipped_sections_are_left_out(poet, poems) -> None:
    """`skip` leaves out sections by name, and an unknown name is refused."""
    options = replace(SMALL, skip=("themes", "novelty", "perplexity"))

    keys = [s["key"] for s in collect(poet, [str(poems)], options, title="x")["sections"]]

    assert keys == ["form", "variety", "parallelism", "samples"]
    with pytest.raises(OptionError, match="no section 'tone'"):
        collect(poet, [str(poems)], replace(SMALL, skip=("tone",)), title="x")


def test_a_report_on_running_text(tmp_path) -> None:
    """A report on running text has four sections, and none of them is about verse."""
    (tmp_path / "t.txt").write_text("abcd abba\ncafe babe dead beef\n" * 60)

    found = collect(random_bundle(), [str(tmp_path / "t.txt")], SMALL, title="letters")

    keys = [section["key"] for section in found["sections"]]
    assert keys == ["perplexity", "variety", "novelty", "samples"]
    assert set(found["sections"][0]["rows"]) == {"protocol A", "protocol B"}


def test_a_report_without_a_text_shows_what_it_can(poet) -> None:
    """Without a text, a report has samples and variety, but a report on verse is refused."""
    keys = [s["key"] for s in collect(random_bundle(), [], SMALL, title="x")["sections"]]

    assert keys == ["variety", "samples"]
    with pytest.raises(OptionError, match="needs the poems"):
        collect(poet, [], SMALL, title="x")


def test_a_report_on_records(tmp_path) -> None:
    """Each sample of a name model is conditioned on a held-out surname, and shown with it."""
    rows = [
        json.dumps({"surname": "春江"[n % 2], "text": "花月夜马"[n % 4] + "a" * (n % 7 + n % 3)})
        for n in range(80)
    ]
    path = tmp_path / "names.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    corpus = {"format": "jsonl", "fields": ["surname"], "validation": 0.4}
    bundle = random_bundle(has_records=True, fields=("surname",))
    bundle = replace(bundle, provenance={"corpus": corpus})

    found = {s["key"]: s for s in collect(bundle, [str(path)], SMALL, title="names")["sections"]}

    assert set(found["perplexity"]["rows"]) == {"protocol R"}
    assert "whole records" in found["novelty"]["rows"]["free"]
    (shown,) = found["samples"]["texts"].values()
    assert all(text[:4] in ("春 · ", "江 · ") for text in shown)


class _Checked(HTMLParser):
    """A parser that checks that every opened element is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_runs_nothing(document) -> None:
    """The page is well-formed, has charts, escapes texts, and neither runs nor fetches anything."""
    written = page({**document, "title": "<b>poet</b>"})

    checked = _Checked()
    checked.feed(written.replace("/>", ">"))
    assert not checked.open
    assert "svg" in checked.seen
    assert "script" not in checked.seen
    assert "<b>poet" not in written
    assert "http" not in written


def test_bars_are_drawn_to_scale() -> None:
    """The longest bar has the full width, and the bar of a negative value has no width."""
    drawn = bars({"a": 2.0, "b": 1.0, "c": -1.0}, label="three")

    assert 'width="374.0"' in drawn
    assert 'width="187.0"' in drawn
    assert 'width="0.0"' in drawn


def test_a_card_holds_what_people_wrote_and_what_was_measured(document, tmp_path) -> None:
    """A card combines the author's notes with the tables and samples of a report."""
    (tmp_path / "notes.md").write_text(NOTES + "\n## Bad\nToo much moon.\n")

    card = filled_card(document, read_notes(tmp_path / "notes.md"), size_bytes=2_000_000)

    assert card.startswith("# poet\n\nA poet.")
    assert "## What is bad\n\nToo much moon." in card
    assert "| size | 2.0 MB |" in card
    assert card.count("\n### ") == len(document["sections"]) + 1  # themes have figures and samples
    for section in document["sections"]:
        for texts in section["texts"].values():
            assert all(text in card for text in readable(texts))


@pytest.mark.parametrize(
    ("text", "message"),
    [(NOTES + "## Odd\nx\n", "unknown part 'Odd'"), ("## About\nx\n", "no part 'Data'")],
)
def test_notes_are_checked(tmp_path, text, message) -> None:
    """`read_notes` refuses notes with an unknown part or without a required part."""
    (tmp_path / "notes.md").write_text(text)

    with pytest.raises(OptionError, match=message):
        read_notes(tmp_path / "notes.md")


def test_the_command_writes_page_json_and_card(poet, poems, tmp_path) -> None:
    """`charbard report` writes a page, JSON and a card; it prints the paths of page and card."""
    save_bundle(poet, tmp_path / "poet.safetensors", as_bytes=True)
    (tmp_path / "notes.md").write_text(NOTES)

    done = CliRunner().invoke(
        app,
        [
            "report", str(tmp_path / "poet.safetensors"), str(poems), "--out", str(tmp_path / "r"),
            "-n", "2", "--themes", "0", "--samples", "1", "--card", str(tmp_path / "notes.md"),
        ],
    )  # fmt: skip

    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [str(tmp_path / "r" / n) for n in ("report.html", "card.md")]
    found = json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8"))
    assert found["title"] == "poet"
    assert "themes" not in [section["key"] for section in found["sections"]]


def test_eval_reaches_verse(poet, poems, tmp_path) -> None:
    """`charbard eval --protocol V` prints a line for each group of poems, or all groups as JSON."""
    save_bundle(poet, tmp_path / "poet.safetensors")
    command = ["eval", str(tmp_path / "poet.safetensors"), str(poems), "--protocol", "V"]

    text = CliRunner().invoke(app, [*command, "--part", "test"]).stdout
    row = json.loads(CliRunner().invoke(app, [*command, "--part", "test", "--json"]).stdout)

    assert text.startswith("V ")
    assert "form 七绝" in text
    assert row["groups"]["tune 如梦令"]["chars"] > 0


def test_the_corpus_a_model_learned_is_told_by_its_size(monkeypatch) -> None:
    """`own_text` recognises a model's training corpus by its size, not by its name."""
    sizes = {"verse": 200, "verse-core": 100}
    there = {name: BuiltCorpus(Path(name), {"bytes": size}) for name, size in sizes.items()}
    monkeypatch.setattr("charbard.report.collect.built", there.get)
    text = {"names": ["verse.jsonl"], "bytes": 100}

    assert own_text(replace(random_bundle(), provenance={"text": text})) == ("verse-core",)
    assert own_text(replace(random_bundle(), provenance={"text": {**text, "bytes": 3}})) == ()
