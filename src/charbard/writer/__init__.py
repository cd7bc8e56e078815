"""Write, score and inspect texts with a model. Command line, Python API and web server use it."""

from charbard.writer.inspect.scored import CharScore, Scored
from charbard.writer.text.writer import Piece, Writer, Written, fresh_seed
from charbard.writer.verse.couplet import couplets
from charbard.writer.verse.finished import line_done
from charbard.writer.verse.names import names
from charbard.writer.verse.poem import Alternative, LineDone, Poem
from charbard.writer.verse.ranking import Score
from charbard.writer.verse.rewrite import SCOPES, rewrite
from charbard.writer.verse.writer import VerseWriter

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
