"""Classical Chinese verse as records: collected, cleaned, simplified, clustered, split.

Forms are determined by shape alone here; `prosody` handles tones and rhyme.
"""
