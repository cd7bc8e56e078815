"""Tables with any delimiter are read, and formats are recognised from the content."""

import json

import pytest

from charbard.config import CorpusConfig
from charbard.corpus import find_inputs, read_records
from charbard.corpus.recognised import format_of
from charbard.corpus.registry import config_for
from charbard.errors import CorpusError, OptionError


def _read(path, **settings) -> list:
    config = CorpusConfig(**settings)
    return [(one.text, dict(one.fields)) for one in read_records(find_inputs([str(path)]), config)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("declared", ["", "sep="])
def test_delimiters_are_detected(tmp_path, mark: str, declared: str) -> None:
    """The delimiter is detected from the requested columns, whatever marks the cells contain."""
    first = f"sep={mark}\r\n" if declared else ""
    odd = 'a, b; c &#039; | d "q"'.replace(mark, " ")
    rows = [f"mood{mark}text", f"April 15, 2023{mark}x" if mark != "," else "sad,x"]
    quoted = odd.replace('"', '""')
    (tmp_path / "t.csv").write_text(first + "\r\n".join([*rows, f'gay{mark}"{quoted}"']) + "\r\n")

    found = _read(tmp_path / "t.csv", format="csv", fields=("mood",))

    assert found[0][0] == "x"
    assert found[1] == (odd, {"mood": "gay"})


def test_a_quote_that_is_never_closed(tmp_path) -> None:
    """If a quote is never closed, the error names the line on which it opens."""
    rows = ["text,n", *(f"line {number},{number}" for number in range(200))]
    rows[52] = '"line 51,51'
    (tmp_path / "t.csv").write_text("\n".join(rows))

    with pytest.raises(CorpusError, match="line 53: a quote opens here and is never closed"):
        _read(tmp_path / "t.csv", format="csv")


def test_a_given_delimiter(tmp_path) -> None:
    """A delimiter may be one character or `tab`; anything else is refused."""
    (tmp_path / "t.txt").write_text("text^n\na, b^1\n")

    assert _read(tmp_path / "t.txt", format="csv", delimiter="^") == [("a, b", {})]
    assert CorpusConfig(format="csv", delimiter="tab")
    with pytest.raises(OptionError, match="delimiter"):
        CorpusConfig(format="csv", delimiter="::")
    with pytest.raises(OptionError, match="format lines"):
        CorpusConfig(format="lines", delimiter=";")


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.jsonl", '{"text": "one"}\n{"text": "two"}\n', "jsonl"),
        ("a.txt", '\ufeff{"text": "one"}\n{"text": "two"}\n', "jsonl"),
        ("a.json", '[{"text": "one"}, {"text": "two"}]', "json"),
        ("b.json", '["one", "two"]', "json"),
        ("a.csv", "text,mood\none,x\ntwo,y\n", "csv"),
        ("b.csv", "sep=;\ntext;mood\none;x\ntwo;y\n", "csv"),
    ],
)
def test_formats_are_recognised_and_said(tmp_path, name: str, content: str, format: str) -> None:
    """If no format is given, it is detected and reported; a given format is used silently."""
    path, said = tmp_path / name, []
    path.write_text(content, encoding="utf-8")

    config = config_for([str(path)], {}, said.append)

    assert config.format == format
    assert said == [f"{path}: read as {format} (as plain text: ⟪format=text⟫)"]
    assert [one.text for one in read_records(find_inputs([str(path)]), config)] == ["one", "two"]
    assert config_for([str(path)], {"format": "text"}, said.append).format == "text"
    assert len(said) == 1


def test_records_of_other_names_are_pointed_out(tmp_path) -> None:
    """Records without the text field are read as plain text, and a message lists their fields."""
    path, said = tmp_path / "a.jsonl", []
    path.write_text('{"body": "one"}\n{"body": "two"}\n')

    config = config_for([str(path)], {}, said.append)

    assert config.format == "text"
    assert "it has no field 'text'; it has: body" in said[0]
    assert config_for([str(path)], {"text_field": "body"}).format == "jsonl"


@pytest.mark.parametrize(
    "text", ["Once, upon a time;\nthere was text.\n", "[a] note\nmore\n", "{not json}\n{at all}\n"]
)
def test_plain_text_stays_plain_text(tmp_path, text: str) -> None:
    """Commas, brackets and braces alone do not make a text a table."""
    path, said = tmp_path / "a.txt", []
    path.write_text(text)

    assert config_for([str(path)], {}, said.append).format == "text"
    assert not said


def test_a_list_of_texts(tmp_path) -> None:
    """A JSON list of strings is read as texts, but is refused if fields are requested."""
    (tmp_path / "a.json").write_text(json.dumps(["one\r\ntwo", "三"]))

    assert _read(tmp_path / "a.json", format="json") == [("one\ntwo", {}), ("三", {})]
    with pytest.raises(CorpusError, match="no field 'text'"):
        _read(tmp_path / "a.json", format="json", fields=("mood",))


def test_a_line_separator_within_a_string_is_no_line(tmp_path) -> None:
    """JSON strings may contain U+2028 and U+0085, because only a line feed ends a record."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one\u2028two"}\n{"text": "three\x85four"}\n', encoding="utf-8")

    format, said = format_of([str(path)], "text", ())

    assert format == "jsonl"
    assert "read as jsonl" in said


def test_a_table_of_one_column_is_recognised(tmp_path) -> None:
    """A one-column CSV is recognised by its file name and header; a quoted 1,000 is one cell."""
    path = tmp_path / "sep.csv"
    path.write_text('"text"\n"1,000"\n"2,000"\n')

    format, _ = format_of([str(path)], "text", ())

    assert format == "csv"
    assert [text for text, _ in _read(path, format="csv")] == ["1,000", "2,000"]


def test_a_quote_that_begins_a_cell_is_told_of_by_its_own_line(tmp_path) -> None:
    """The error for a stray quote names the line on which the quote opens."""
    path = tmp_path / "q.tsv"
    path.write_text('text\tlabel\n"Second\tsecond\nThird "sentence"\tthird\nFourth\tfourth\n')

    with pytest.raises(CorpusError, match=r"q\.tsv, line 2: not CSV"):
        _read(path, format="csv")
