"""Known lines are found in the package's list, and known spans in the corpus's index."""

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import CorpusError
from charbard.novelty.lines import KnownLines, known_lines, pack, unpack
from charbard.novelty.spans import GRAM, open_spans

POEMS = (
    ("春晓", "孟浩然", "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。"),
    ("春怨", "金昌绪", "打起黄莺儿，莫教枝上啼。"),
    ("念奴娇", "苏轼", "大江东去，浪淘尽、千古风流人物。夜来风雨急。"),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """Return the index of three poems."""
    path = tmp_path_factory.mktemp("records") / "verse.jsonl"
    rows = [
        {"title": title, "author": author, "dynasty": "唐", "text": text}
        for title, author, text in POEMS
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return open_spans(path)


def test_a_span_names_its_source(index) -> None:
    """A span gives the title, poet and line of its source, and its number of occurrences."""
    first, second = index.spans(["夜来风雨声", "莫教枝上月"])

    assert (first.line, first.start, first.end, first.count) == (0, 0, 5, 1)
    assert (first.source.title, first.source.number, first.source.line) == (
        "春晓",
        3,
        "夜来风雨声",
    )
    assert (second.start, second.end, second.source.author) == (0, 4, "金昌绪")


def test_a_shared_beginning_counts_twice(index) -> None:
    """A span that occurs in two poems has a count of two, and its source is the first poem."""
    (span,) = index.spans(["夜来风雨止"])

    assert (span.end, span.count, span.source.title) == (4, 2, "春晓")


def test_each_character_knows_its_longest_span(index) -> None:
    """`lengths` gives each character the length of its longest span; pauses do not break spans."""
    assert index.lengths(["我浪淘尽千古", "床前明月光"]) == ((0, 5, 5, 5, 5, 5), (0, 0, 0, 0, 0))


def test_nothing_reaches_over_a_line_end(index) -> None:
    """The end of a line and the start of the next do not form a span."""
    assert index.spans(["不觉晓处处闻"]) == ()
    assert index.spans(["", "春", "𠀀𠀀𠀀𠀀"]) == ()


def test_another_spelling_is_no_new_line(index) -> None:
    """Traditional characters and variant shapes match the spelling of the corpus."""
    assert index.lengths(["大江東去", "打起黄鶑儿"]) == ((0, 0, 0, 0), (5, 5, 5, 5, 5))


@given(st.text("春眠不觉晓处闻啼鸟夜来风雨声花落知多少", min_size=0, max_size=12))
def test_spans_are_those_of_a_plain_search(index, line: str) -> None:
    """The index finds exactly what a search through every line finds."""
    corpus = [part for _, _, text in POEMS for part in text.replace("、", "").split("，")]
    corpus = [part for text in corpus for part in text.split("。")]
    lengths = [0] * len(line)
    for start in range(len(line)):
        for end in range(start + GRAM, len(line) + 1):
            if any(line[start:end] in known for known in corpus):
                for place in range(start, end):
                    lengths[place] = max(lengths[place], end - start)

    assert index.lengths([line]) == (tuple(lengths),)


def test_a_damaged_index_says_how_to_mend_it(index, tmp_path) -> None:
    """If a file of the index is missing, `open_spans` raises an error with a hint."""
    records = tmp_path / "verse.jsonl"
    records.write_text(json.dumps({"title": "a", "dynasty": "唐", "text": "春眠不觉晓。"}) + "\n")
    open_spans(records)
    (tmp_path / "spans" / "grams_G.npy").unlink()

    with pytest.raises(CorpusError, match="cannot read the index") as caught:
        open_spans(records)
    assert "remove" in caught.value.hint


def test_known_lines_are_never_missed() -> None:
    """`KnownLines` finds all its lines of four characters or more, and no shorter line."""
    lines = [f"春眠不觉{chr(0x4E00 + n)}" for n in range(500)]
    known = KnownLines.of([*lines, "三月"])

    assert known.hold(lines).all()
    assert KnownLines.of(["剑外忽传"]).hold(["劒外忽传"]).all()
    assert known.hold(["三月", "夏夜不觉长"]).tolist() == [False, False]


@given(st.lists(st.integers(0, 2**22 - 1), unique=True, max_size=60))
def test_packing_loses_nothing(numbers: list[int]) -> None:
    """Digests are the same after packing and unpacking, however far apart they are."""
    digests = np.array(sorted(numbers), np.int64)
    known = KnownLines.from_digests(digests, space=2**22)

    assert known.digests.tolist() == digests.tolist()
    assert unpack(pack(known)).digests.tolist() == digests.tolist()
    assert unpack(pack(known)).space == known.space


def test_the_package_knows_the_classics() -> None:
    """The package's list has famous lines and few false positives, and takes up at most 8 MB."""
    known = known_lines()

    assert known.hold(["疑是地上霜", "国破山河在", "大江东去"]).all()
    assert not known.hold(["键盘敲不断春声"]).any()
    assert known.false_positives < 0.001
    packed = files("charbard.novelty.data") / "lines.rice"
    assert Path(str(packed)).stat().st_size <= 8_000_000
