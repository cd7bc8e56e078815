"""Where a model and a request meet. Every door (command line, Python, web) goes through here."""

from charbard.writer.couplet import couplet_work, couplets
from charbard.writer.finished import line_done
from charbard.writer.names import name_work, names
from charbard.writer.poem import Alternative, LineDone, Poem
from charbard.writer.prose import Piece, Writer, Written, fresh_seed
from charbard.writer.ranking import Score
from charbard.writer.rewrite import SCOPES, rewrite
from charbard.writer.scored import CharScore, Scored
from charbard.writer.verse import VerseWriter
from charbard.writer.work import Found, Work, further

__all__ = [
    "SCOPES",
    "Alternative",
    "CharScore",
    "Found",
    "LineDone",
    "Piece",
    "Poem",
    "Score",
    "Scored",
    "VerseWriter",
    "Work",
    "Writer",
    "Written",
    "couplet_work",
    "couplets",
    "fresh_seed",
    "further",
    "line_done",
    "name_work",
    "names",
    "rewrite",
]
