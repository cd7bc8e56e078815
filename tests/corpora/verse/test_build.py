"""A small package becomes poems that are cleaned, counted, split and checked by a schema."""

import json

import pytest

from charbard.corpora.verse.build import build_core
from charbard.corpora.verse.tunes import known_tunes, tune_of_qu
from charbard.corpus.split import line_hash
from charbard.corpus.verse import Poem, lines_of, read_poems
from charbard.corpus.verse.poem import from_json, to_json
from charbard.corpus.verse.variants import one_spelling
from charbard.errors import CorpusError
from charbard.prosody.main_rhyme import main_rhyme


@pytest.fixture
def built(package, tmp_path):
    """Return the records of the small package by title or form, and the build report."""
    path = tmp_path / "verse.jsonl"
    report = build_core(package, path)
    return {poem.title or poem.form: poem for poem in read_poems(path)}, report


def test_a_poem_becomes_a_record(built) -> None:
    """A record has a form, an author, a place in the source, and simplified text without notes."""
    poems, _ = built
    poem = poems["江雪"]

    assert poem.text == "千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。"
    assert (poem.form, poem.author, poem.dynasty, poem.kind) == ("五绝", "柳宗元", "唐", "诗")
    assert poem.id == "poet.tang.0/1"
    assert poem.popularity is None  # a title of two characters is too short


def test_a_record_has_the_rhyme_that_runs_through_it(built) -> None:
    """The main rhyme of a 诗 is a 平水韵 rhyme, and the main rhyme of a 词 is a 词林正韵 part."""
    poems, _ = built

    assert poems["江雪"].rhyme == "屑"
    assert poems["念奴娇"].rhyme in ("物", "")


@pytest.mark.parametrize(
    ("text", "book", "group"),
    [
        ("床前明月光，疑是地上霜。举头望明月，低头思故乡。", "pingshui", "阳"),
        ("春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。", "pingshui", "筱"),
        ("明月几时有，把酒问青天。不知天上宫阙，今夕是何年。", "cilin", "7"),
        ("月落乌啼霜满天，江枫渔火对愁眠。姑苏城外寒山寺，夜半钟声到客家。", "pingshui", None),
        ("一去二三里。", "pingshui", None),
        ("hello.", "pingshui", None),
    ],
)
def test_a_rhyme_runs_through_most_sentences(text: str, book: str, group: str | None) -> None:
    """The main rhyme is one that three of four sentences share; two of four are not enough."""
    assert main_rhyme(text, book=book) == group


def test_songs_know_their_tune(built) -> None:
    """A 词 has its tune's main name as its form; a title that repeats the first line is dropped."""
    poems, _ = built

    assert poems["念奴娇"].tags == ("宋词三百首",)
    assert (poems["秋思"].kind, poems["秋思"].form) == ("曲", "天净沙")
    assert poems["长相思"].text == "山一程，水一程。故园无此声。"


def test_everything_is_counted(built) -> None:
    """In each collection, kept and dropped records add up to the number in the source."""
    _, report = built

    for counts in report["cleaning"].values():
        others = {"in the source", "flagged as doubtful, mended"}
        assert counts["in the source"] == sum(n for what, n in counts.items() if what not in others)
    assert report["cleaning"]["唐诗"]["missing characters (□ ○ ●)"] == 1
    assert report["cleaning"]["唐诗"]["flagged as doubtful, mended"] == 1
    assert report["cleaning"]["宋诗"]["the same text again"] == 1
    assert report["cleaning"]["元曲"]["stage directions, speech"] == 1
    assert sum(report["splits"].values()) == report["records"]


def test_near_copies_stand_together(built) -> None:
    """Poems that share half their lines share a cluster and a split; closer copies are dropped."""
    poems, report = built

    assert poems["拟春晓"].cluster == poems["春晓"].cluster
    assert poems["拟春晓"].split == poems["春晓"].split
    assert poems["登城"].cluster != poems["春晓"].cluster
    assert report["cleaning"]["宋诗"]["nearly the text of another"] == 1


def test_the_held_out_list_holds(built) -> None:
    """国破山河在 is on the held-out list, so the poem with this line is never used in training."""
    from charbard.corpora.heldout import own_list

    poems, _ = built
    listed = set(own_list().tolist())

    assert poems["春望"].split == "heldout"
    assert line_hash("国破山河在") in listed
    assert line_hash("床前明月光") not in listed


def test_records_come_back_as_they_were() -> None:
    """A record is the same after conversion to JSON and back."""
    poem = Poem(
        id="poet.tang.0/3", kind="诗", dynasty="唐", author="", title="", form="句",
        text="床前明月光，疑是地上霜。", tags=("思乡",), popularity=1.5, cluster=7, split="test",
    )  # fmt: skip

    assert from_json(to_json(poem)) == poem
    assert "author" not in json.loads(to_json(poem))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "赋"}, "kind '赋'"),
        ({"split": "dev"}, "split 'dev'"),
        ({"text": "床前明月光"}, "not lines that end"),
        ({"text": "床前明月光，\n疑是地上霜。"}, "not lines that end"),
        ({"form": ""}, "no form"),
        ({"meter": "x"}, "not a record"),
    ],
)
def test_the_schema_refuses(change, message: str) -> None:
    """`from_json` refuses anything that is not a record, with an error that says why."""
    record = {"id": "a/1", "kind": "诗", "dynasty": "唐", "form": "句", "text": "春，夜。"}

    with pytest.raises(CorpusError, match=message):
        from_json(json.dumps({**record, "split": "train", **change}))


def test_pauses_do_not_end_lines() -> None:
    """A pause mark (、) does not end a line of a 词."""
    assert lines_of("浪淘尽、千古风流人物。") == ("浪淘尽千古风流人物",)


def test_tunes_of_qu() -> None:
    """In a 曲's heading, the tune follows a play's name or a musical key and precedes a title."""
    titles = ["汉宫秋・梅花酒", "双调・蟾宫曲叹世", "双调・蟾宫曲怀古", "越调・人月圆"]
    tunes = known_tunes(titles)

    assert tune_of_qu(titles[0], tunes) == ("梅花酒", "汉宫秋")
    assert tune_of_qu(titles[1], tunes) == ("蟾宫曲", "叹世")


def test_one_spelling_keeps_every_length() -> None:
    """`one_spelling` replaces variant shapes one for one, and a second pass changes nothing."""
    assert one_spelling("劒鴈踈") == "剑雁疏"
    assert one_spelling(one_spelling("鳯髪隠")) == one_spelling("鳯髪隠")
