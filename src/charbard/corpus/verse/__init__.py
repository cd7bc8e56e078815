"""Classical Chinese verse as records: gathered, cleaned, simplified, clustered, split.

Forms are told by shape alone here; tones and rhyme are for `prosody`.
"""

from charbard.corpus.verse.poem import Poem, lines_of, read_poems

__all__ = ["Poem", "lines_of", "read_poems"]
