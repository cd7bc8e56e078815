"""Records of every format are read and filtered, and misshapen records are reported."""

import json

import pytest

from charbard.config import CorpusConfig
from charbard.corpus import MalformedCount, Record, find_inputs, read_records
from charbard.errors import CorpusError


def _records(tmp_path, content: str, **config) -> list[Record]:
    path = tmp_path / "r.txt"
    path.write_text(content, encoding="utf-8")
    return list(read_records(find_inputs([str(path)]), CorpusConfig(**config)))


def test_names(tmp_path) -> None:
    """In the `lines` format, each line is a record, and blank lines are skipped."""
    assert _records(tmp_path, "赵丁畅\n\n赵颖锐", format="lines") == [
        Record("赵丁畅"),
        Record("赵颖锐"),
    ]


def test_titled_poems_with_the_classic_filters(tmp_path) -> None:
    """The `titled` format splits title from poem; filters drop poems by character or length."""
    content = "静夜思:床前明月光，疑是地上霜。\n残：床前（一作窗前）明月光。\n短:月。\n"

    found = _records(
        tmp_path,
        content,
        format="titled",
        fields=("title",),
        drop_containing="_(（《[",
        min_length=5,
        max_length=79,
    )

    assert found == [Record("床前明月光，疑是地上霜。", {"title": "静夜思"})]


def test_only_the_first_colon_parts_a_title(tmp_path) -> None:
    """The first colon, ASCII or Chinese, ends the title; colons in the poem stay unchanged."""
    found = _records(tmp_path, "问:答：好\n问：答:好\n", format="titled")

    assert [record.text for record in found] == ["答：好", "答:好"]


def test_songs(tmp_path) -> None:
    """In the `songs` format, each line is a song, and phrases separated by spaces become lines."""
    assert _records(tmp_path, "天青色 等烟雨\n", format="songs") == [Record("天青色\n等烟雨")]


def test_json_csv_and_json_lines_agree(tmp_path) -> None:
    """JSON, JSON lines and CSV give equal records, with lists joined and empty fields omitted."""
    row = {"form": "五绝", "paragraphs": ["春眠不觉晓，", "处处闻啼鸟。"]}
    wanted = [Record("春眠不觉晓，\n处处闻啼鸟。", {"form": "五绝"})]
    config = {"fields": ("form", "title"), "text_field": "paragraphs"}

    as_json = _records(tmp_path, json.dumps([row]), format="json", **config)
    as_lines = _records(tmp_path, json.dumps(row) + "\n\n", format="jsonl", **config)
    as_csv = _records(
        tmp_path,
        'form,title,paragraphs\n五绝,,"春眠不觉晓，\n处处闻啼鸟。"\n',
        format="csv",
        **config,
    )

    assert as_json == as_lines == as_csv == wanted


@pytest.mark.parametrize(
    ("content", "config", "message"),
    [
        ("no colon here\n", {"format": "titled"}, "line 1: no colon"),
        ('{"text": 1', {"format": "json"}, "r.txt: not JSON"),
        ('{"text": "x"}', {"format": "json"}, "not a list of records, but one object"),
        ('{"tex": "x"}', {"format": "jsonl"}, "no field 'text'"),
        ("a,b\n1,2\n", {"format": "csv"}, "no column 'text'"),
        ("text,b\n1,2\none, two,3\n", {"format": "csv"}, "line 3: 3 cells for 2 columns"),
        ("b,text\n1,2\n3\n", {"format": "csv"}, "line 3: 1 cells for 2 columns"),
        ('{"text": {}}', {"format": "jsonl"}, "line 1: a text or field is an object"),
        ('[{"text": "x"}, 1]', {"format": "json"}, "record 2: the record has no field 'text'"),
    ],
)
def test_misshapen_records(tmp_path, content: str, config, message: str) -> None:
    """The error for a misshapen record says where the record is and what is wrong with it."""
    with pytest.raises(CorpusError, match=message) as caught:
        _records(tmp_path, content, **config)
    assert caught.value.hint


GOOD_AND_BAD = {
    "titled": ("a:b\n" * 3, "no colon\n", "line 4: no colon in 'no colon'"),
    "jsonl": ('{"text": "b"}\n' * 3, "{\n", "line 4: not JSON"),
    "csv": ("text\n" + "b\n" * 3, "c,d\n", "line 5: 2 cells for 1 columns"),
    "json": ('[{"text": "b"}, {"text": "b"}, {"text": "b"}, ', "1]", "record 4: the record has no"),
}


@pytest.mark.parametrize("format", GOOD_AND_BAD)
def test_a_few_misshapen_records_are_counted_and_left_out(tmp_path, format: str) -> None:
    """Misshapen records are counted and left out, and the first one is reported."""
    good, bad, told = GOOD_AND_BAD[format]
    path = tmp_path / "r.txt"
    path.write_text(good + bad)
    malformed = MalformedCount()

    found = list(read_records(find_inputs([str(path)]), CorpusConfig(format=format), malformed))

    assert [record.text for record in found] == ["b", "b", "b"]
    assert (malformed.count, malformed.shaped) == (1, 3)
    assert f"r.txt, {told}" in str(malformed)


def test_a_text_of_another_format_is_refused(tmp_path) -> None:
    """A text is refused if most of its records are misshapen, or once the first thousand are."""
    path = tmp_path / "r.txt"
    config = CorpusConfig(format="titled")
    for content in ("one\ntwo\na:b\n", "one\n" * 1000 + "a:b\n" * 5000):
        path.write_text(content)
        with pytest.raises(CorpusError, match="line 1: no colon in 'one'"):
            list(read_records(find_inputs([str(path)]), config, MalformedCount()))


def test_spaces_of_words_stay_those_of_typesetting_go(tmp_path) -> None:
    """Spaces between words stay, but spaces between Chinese characters are removed."""
    records = _records(tmp_path, "Ode：O wild West Wind\n咏鹅:鹅 鹅，曲项 向天", format="titled")

    assert [record.text for record in records] == ["O wild West Wind", "鹅鹅，曲项向天"]


def test_a_missing_value_is_left_open_and_zero_is_not(tmp_path) -> None:
    """Records with a null text are skipped, empty fields omitted, zeros kept, texts normalised."""
    lines = (
        '{"text": null}',
        '{"text": "e\\u0301\\r\\n\\ud83e\\udd89", "form": 0}',
        '{"text": "b", "form": ""}',
    )
    records = _records(tmp_path, "\n".join(lines), format="jsonl", fields=("form",))

    assert [record.text for record in records] == ["é\n\U0001f989", "b"]
    assert [dict(record.fields) for record in records] == [{"form": "0"}, {}]


def test_a_cell_may_hold_a_novel(tmp_path) -> None:
    """The length of a CSV cell is not limited."""
    records = _records(tmp_path, "text\n" + "a" * 300_000, format="csv")

    assert [len(record.text) for record in records] == [300_000]


def test_lines_to_exclude(tmp_path) -> None:
    """A record with a line on the exclusion list is left out, whichever script it is in."""
    from charbard.corpus.split import line_hash

    path = tmp_path / "list.txt"
    path.write_text(f"{line_hash('国破山河在'):016X}\n")

    found = _records(
        tmp_path,
        "國破山河在，城春草木深。\n床前明月光，疑是地上霜。\n",
        format="lines",
        exclude_lines=str(path),
    )

    assert [record.text for record in found] == ["床前明月光，疑是地上霜。"]


@pytest.mark.parametrize(
    ("content", "message"), [("", "is empty"), ("国破山河在", "cannot read"), ("abc", "16 hex")]
)
def test_a_list_that_is_none(tmp_path, content: str, message: str) -> None:
    """An exclusion list without valid digests is refused instead of excluding nothing."""
    path = tmp_path / "list.txt"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(CorpusError, match=message):
        _records(tmp_path, "春\n", format="lines", exclude_lines=str(path))


def test_a_field_may_say_the_side(tmp_path) -> None:
    """The split field gives each record its side; a record with any other value is left out."""
    rows = [{"text": side, "split": side} for side in ("train", "test", "heldout", "validation")]

    found = _records(
        tmp_path, "\n".join(map(json.dumps, rows)), format="jsonl", split_field="split"
    )

    assert [(r.text, r.side) for r in found] == [("train", 0), ("test", 2), ("validation", 1)]
