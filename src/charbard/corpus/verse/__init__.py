"""Classical Chinese verse as records: collected, cleaned, simplified, clustered, split.

Forms are determined by shape alone here; `prosody` handles tones and rhyme.
"""

from charbard.corpus.verse.poem import Poem, lines_of, read_poems

__all__ = ["Poem", "lines_of", "read_poems"]
