"""Tones, rhyme and verse forms: what a form asks, and whether a poem keeps it.

Knows characters, rhyme books and forms; no models, ids or probabilities.
"""

from charbard.prosody.book import (
    BOOKS,
    Book,
    Reading,
    book_named,
    fold,
    readings_of,
    rhymes_of,
    rhymes_with,
    tones_of,
)
from charbard.prosody.catalogue import form_named, forms
from charbard.prosody.form import Form, Line, Variant

__all__ = [
    "BOOKS",
    "Book",
    "Form",
    "Line",
    "Reading",
    "Variant",
    "book_named",
    "fold",
    "form_named",
    "forms",
    "readings_of",
    "rhymes_of",
    "rhymes_with",
    "tones_of",
]
