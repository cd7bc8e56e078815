"""Records of classical Chinese verse: their schema, spelling and keywords."""

from charbard.corpus.verse.poem import Poem, lines_of, read_poems

__all__ = ["Poem", "lines_of", "read_poems"]
