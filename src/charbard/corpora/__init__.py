"""Build the named corpora: find or fetch their sources, clean and split them, and write records.

`charbard.corpus` reads the result. This package is independent of models.
"""
