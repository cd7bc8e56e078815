"""Building the named corpora: sources are found or fetched, cleaned, split, and written as records.

`charbard.corpus` reads the result. Knows no models.
"""
