"""Where a model and a request meet. Every door (command line, Python, web) goes through here."""

from charbard.writer.prose import Piece, Writer, Written, fresh_seed
from charbard.writer.scored import CharScore, Scored

__all__ = ["CharScore", "Piece", "Scored", "Writer", "Written", "fresh_seed"]
