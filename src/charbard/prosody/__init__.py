"""Tones, rhyme and verse forms: what a form requires, and whether a poem satisfies it.

This package deals with characters, rhyme books, forms and vocabulary ids; it is independent of
models and probabilities.
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
    usual_rhymes_of,
    usual_tones_of,
)
from charbard.prosody.catalogue import form_named, form_of_page, forms
from charbard.prosody.form import Form, Line, Variant
from charbard.prosody.poem import Poem, read_poem
from charbard.prosody.template import form_of_lengths, form_of_text

__all__ = [
    "BOOKS",
    "Book",
    "Form",
    "Line",
    "Poem",
    "Reading",
    "Variant",
    "book_named",
    "fold",
    "form_named",
    "form_of_lengths",
    "form_of_page",
    "form_of_text",
    "forms",
    "read_poem",
    "readings_of",
    "rhymes_of",
    "rhymes_with",
    "tones_of",
    "usual_rhymes_of",
    "usual_tones_of",
]
