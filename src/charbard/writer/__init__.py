"""Where a model and a request meet. Every door (command line, Python, web) goes through here."""

from charbard.writer.couplet import couplets
from charbard.writer.finished import line_done
from charbard.writer.names import names
from charbard.writer.poem import Alternative, LineDone, Poem
from charbard.writer.prose import Piece, Writer, Written, fresh_seed
from charbard.writer.ranking import Score
from charbard.writer.rewrite import SCOPES, rewrite
from charbard.writer.scored import CharScore, Scored
from charbard.writer.verse import VerseWriter

__all__ = [
    "SCOPES",
    "Alternative",
    "CharScore",
    "LineDone",
    "Piece",
    "Poem",
    "Score",
    "Scored",
    "VerseWriter",
    "Writer",
    "Written",
    "couplets",
    "fresh_seed",
    "line_done",
    "names",
    "rewrite",
]
