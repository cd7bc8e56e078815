"""The words that the user wants in a poem, and what the model is told of them."""

import re
from collections.abc import Sequence

from charbard.bundle import Bundle
from charbard.corpus.verse.words import MOST_WORDS, as_field
from charbard.errors import Note, OptionError
from charbard.text import normalise
from charbard.writer.prompt import encode_known

__all__ = ["WORDS", "told_words", "wanted_words"]

WORDS = "words"
"""The field by which a model is told them."""
_BETWEEN = re.compile(r"[\s,，、;；。]+")


def wanted_words(bundle: Bundle, text: str) -> tuple[tuple[str, ...], list[Note]]:
    """The user's words as they will stand in the poem, and what the user should know.

    Raises:
        OptionError: They are too many.
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
    if wanted and not _is_told(bundle):
        untold = "the model was trained without words: drafts that use them are preferred"
        notes[Note(untold, "words.untrained")] = None
    return tuple(wanted), list(notes)


def told_words(bundle: Bundle, words: Sequence[str]) -> tuple[int, ...]:
    """Words as the model is told them; nothing if it is not."""
    return tuple(bundle.vocab.encode(as_field(words)).tolist()) if _is_told(bundle) else ()


def _is_told(bundle: Bundle) -> bool:
    return bundle.has_records and WORDS in bundle.vocab.fields
