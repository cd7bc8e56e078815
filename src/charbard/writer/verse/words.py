"""Words that the user wants in a poem, and their condition field."""

import re
from collections.abc import Sequence

from charbard.bundle import Bundle
from charbard.corpus.verse.words import MOST_WORDS, as_field
from charbard.errors import Note, OptionError
from charbard.text import normalise
from charbard.writer.prompt import encode_known

__all__ = ["WORDS", "wanted_words", "word_ids_of"]

WORDS = "words"
"""Name of the field that conditions on words."""
_BETWEEN = re.compile(r"[\s,，、;；。]+")


def wanted_words(bundle: Bundle, text: str) -> tuple[tuple[str, ...], list[Note]]:
    """Return (the user's words as the poem will spell them, notes for the user).

    Raises:
        OptionError: There are too many words.
    """
    asked = [word for word in _BETWEEN.split(text) if word]
    if len(asked) > MOST_WORDS:
        raise OptionError(
            f"{len(asked)} ⟪words⟫ are more than {MOST_WORDS}",
            code="words.many",
            values={"count": len(asked), "most": MOST_WORDS},
            hint="leave some out, or make them the theme",
        )
    notes, wanted = dict[Note, None](), dict[str, None]()
    for word in asked:
        known, more = encode_known(bundle.vocab, normalise(word))
        notes |= dict.fromkeys(more)
        wanted |= {known: None} if known else {}
    if wanted and not _has_words(bundle):
        untrained = "the model was trained without words: drafts that use them are preferred"
        notes[Note(untrained, "words.untrained")] = None
    return tuple(wanted), list(notes)


def word_ids_of(bundle: Bundle, words: Sequence[str]) -> tuple[int, ...]:
    """Encode words as a condition; the result is empty if the model has no such field."""
    return tuple(bundle.vocab.encode(as_field(words)).tolist()) if _has_words(bundle) else ()


def _has_words(bundle: Bundle) -> bool:
    return bundle.has_records and WORDS in bundle.vocab.fields
