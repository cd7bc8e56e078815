"""A second source adds poems and corrections to the verse corpus; its test poems stay the same."""

import json
import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from charbard.corpora import fetch, recipes, sources
from charbard.corpora.archive import content_digest
from charbard.corpora.build import build
from charbard.corpora.verse import poetry_source
from charbard.corpora.verse.build import build_core, build_union
from charbard.corpora.verse.sets import joined_poems
from charbard.corpus.registry import built, required
from charbard.corpus.verse import Poem, read_poems
from charbard.errors import CorpusError


def entry(title: str, author: str, *content: str) -> dict[str, object]:
    return {"title": title, "authorName": author, "dynasty": "?", "content": list(content)}


SECOND = {
    "诗/明/poetry.明.0000": [
        entry(
            "秋夜", "某甲", "露下天高秋水清，空山独夜旅魂惊。", "疏灯自照孤帆宿，新月犹悬双杵鸣。"
        ),
        entry(
            "又秋夜", "某甲", "露下天高秋水清，空山独夜旅魂惊。", "疏灯自照孤帆宿，新月犹悬万户明。"
        ),
        entry(
            "梅花二首",
            "某乙",
            "【其一】琼姿只合在瑶台，谁向江南处处栽？【其二】雪满山中高士卧，月明林下美人来。",
        ),
        entry("春晓", "某丙", "春眠不觉晓，处处闻啼鸟。", "夜来风雨声，花落不知多。"),
    ],
    "诗/清/poetry.清.0000": [
        entry("近作", "沈尹默", "一室坐来春意足，满城花发鸟声多。"),
        entry("感怀", "郑板桥", "一枝一叶总关情，此是民间疾苦声。"),
    ],
    "词/宋/ci.宋.0000": [
        entry("念奴娇·赤壁怀古", "苏轼", "大江东去，浪淘尽，千古风流人物。", "故垒东边。"),
        entry("浣溪纱·其二", "某丁", "一曲新词酒一杯，去年天气旧亭台。夕阳西下几时回。"),
    ],
    "曲/元/qu.元.0000": [entry("越调·天净沙·秋", "白朴", "孤村落日残霞，轻烟老树寒鸦。")],
}


@pytest.fixture
def second(tmp_path, monkeypatch) -> Path:
    """Write a small clone of poetry-source and pin it instead of the real one."""
    folder = tmp_path / "clone"
    contents = {}
    for name, entries in SECOND.items():
        contents[name] = json.dumps(entries, ensure_ascii=False).encode()
        path = folder / "source" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents[name])
        path.with_suffix(".base.json").write_text("[]")
    pinned = replace(sources.POETRY_SOURCE, sha256=content_digest(contents), files=len(contents))
    monkeypatch.setattr(poetry_source, "POETRY_SOURCE", pinned)
    recipe = recipes.RECIPES["verse"]
    monkeypatch.setitem(
        recipes.RECIPES, "verse", replace(recipe, sources=(recipe.sources[0], pinned))
    )
    return folder


@pytest.fixture
def verse_of_both(tgz, second, monkeypatch) -> Path:
    """Pin the first source's archive for the combined corpus too, and return the archive's path."""
    recipe = recipes.RECIPES["verse"]
    first = replace(
        recipe.sources[0], archive=tgz.name, sha256=sha256(tgz.read_bytes()).hexdigest()
    )
    monkeypatch.setitem(
        recipes.RECIPES, "verse", replace(recipe, sources=(first, recipe.sources[1]))
    )
    return tgz


@pytest.fixture
def union(package, second, tmp_path) -> dict[str, Poem]:
    path = tmp_path / "union.jsonl"
    build_union(package, second, path)
    return {poem.id: poem for poem in read_poems(path)}


def test_what_the_second_source_adds(union) -> None:
    """Headings are split into tune and title, and sets of poems into single poems.

    Names are spelled in one way, and near-duplicates are left out.
    """
    added = {id: poem for id, poem in union.items() if set(id) & set("明清宋元")}

    assert added["ci.宋.0000/1"].form == "浣溪沙"
    assert added["ci.宋.0000/1"].title == "其二"
    assert (added["qu.元.0000/0"].form, added["qu.元.0000/0"].title) == ("天净沙", "秋")
    assert added["poetry.明.0000/2.1"].title == "梅花 其一"
    assert added["poetry.明.0000/2.2"].lines == ("雪满山中高士卧", "月明林下美人来")
    assert added["poetry.清.0000/1"].author == "郑燮"
    assert "poetry.明.0000/1" not in added


def test_a_poet_who_died_late_is_left_out(union) -> None:
    """Poems by a poet who died less than seventy years ago are left out."""
    assert "poetry.清.0000/0" not in union


def test_a_ci_of_both_has_the_second_text_and_title(union, package, tmp_path) -> None:
    """A 词 in both sources has the first one's line divisions, and the other's text and title."""
    build_core(package, tmp_path / "core.jsonl")
    before = {poem.id: poem for poem in read_poems(tmp_path / "core.jsonl")}["ci.song.0/0"]
    after = union["ci.song.0/0"]

    assert before.split in ("train", "heldout")
    assert after.text == "大江东去，浪淘尽、千古风流人物。故垒东边。"
    assert after.mended_from == "ci.宋.0000/0"
    assert after.title == "赤壁怀古"
    assert "ci.宋.0000/0" not in union


@pytest.mark.parametrize("split", ["validation", "test"])
def test_splits_of_the_first_source_stay(package, second, tmp_path, monkeypatch, split) -> None:
    """The first source's validation and test records keep their split; near-copies are held out."""
    from charbard.corpora.verse import placing

    shares = {"validation": 0.0, "test": 0.0, split: 1.0}
    monkeypatch.setattr(placing, "SHARES", shares)
    build_core(package, tmp_path / "core.jsonl")
    core = {poem.id: poem for poem in read_poems(tmp_path / "core.jsonl")}
    build_union(package, second, tmp_path / "union.jsonl")
    both = {poem.id: poem for poem in read_poems(tmp_path / "union.jsonl")}

    fixed = [poem for poem in core.values() if poem.split == split]
    assert fixed
    for poem in fixed:
        assert replace(both[poem.id], cluster=0) == replace(poem, cluster=0)
    copies = [p for p in both.values() if p.id not in core and p.lines[0] == "春眠不觉晓"]
    assert all(poem.split == "heldout" for poem in copies)


def test_eight_lines_of_one_rhyme_are_one_poem() -> None:
    """A set of poems is divided only if the rhyme changes from poem to poem."""
    quatrain = ("白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼")

    assert len(list(joined_poems("登楼二首", quatrain + quatrain))) == 1
    assert len(list(joined_poems("登楼", quatrain + quatrain))) == 1


def test_both_are_told_apart_wherever_they_are(cache, verse_of_both, second) -> None:
    """Sources may be given in any order, the corpus lists them, and a second build does nothing."""
    said: list[str] = []

    done = build("verse", sources=[second, verse_of_both])
    again = build("verse", say=said.append)

    assert [source["package"].split()[0] for source in done.about["sources"]] == [
        "chinese-poetry",
        "snowtraces/poetry-source",
    ]
    assert done.about["name"] == "verse"
    assert again.path == done.path
    assert "built already" in said[0]


def test_without_the_second_source_the_core_is_built(cache, verse_of_both, second, monkeypatch):
    """Without the second source, `verse-core` is built instead of `verse`, and messages say so."""
    monkeypatch.setenv("PATH", "")
    said: list[str] = []

    done = build("verse", sources=[verse_of_both], say=said.append)

    assert done.about["name"] == "verse-core"
    assert any("git is not installed" in line for line in said)
    assert any("verse-core" in line for line in said)
    with pytest.raises(CorpusError, match="'verse-core' is built and smaller"):
        required("verse")


@pytest.mark.parametrize("damage", ["half", "altered", "foreign", "cut"])
def test_a_damaged_second_source(cache, verse_of_both, second, tmp_path, damage: str) -> None:
    """If the second source is damaged, it is refused with a hint, and no corpus is built."""
    place = second
    if damage == "half":
        (second / "source/词/宋/ci.宋.0000.json").unlink()
    elif damage == "altered":
        (second / "source/词/宋/ci.宋.0000.json").write_text("[]")
    elif damage == "foreign":
        place = tmp_path / "empty"
        place.mkdir()
    else:
        place = tmp_path / "cut.tar.xz"
        place.write_bytes(b"\xfd7zXZ\x00 nothing")

    with pytest.raises(CorpusError) as caught:
        build("verse", sources=[verse_of_both, place])

    assert caught.value.hint
    assert built("verse") is None
    assert built("verse-core") is None


def run(*words: str | Path) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@x", *words], check=True)


def test_git_hands_over_the_commit(cache, second, tmp_path, monkeypatch) -> None:
    """git fetches only the needed folders of the pinned commit, which are kept as one file."""
    run("init", "--quiet", second)
    run("-C", second, "config", "uploadpack.allowAnySHA1InWant", "true")
    run("-C", second, "config", "uploadpack.allowFilter", "true")
    run("-C", second, "add", ".")
    run("-C", second, "commit", "--quiet", "-m", "verse")
    head = subprocess.run(
        ["git", "-C", second, "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    pinned = replace(poetry_source.POETRY_SOURCE, version=head, address=second.as_uri())  # type: ignore[attr-defined]

    path = fetch.fetch(pinned)

    assert len(poetry_source.gather_second(path).contents) == len(SECOND)
    assert fetch.downloaded(pinned) == path
    with pytest.raises(fetch.Unavailable, match="git could not fetch"):
        fetch.fetch(replace(pinned, archive="other.tar", version="0" * 40))
