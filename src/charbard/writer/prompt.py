"""Encode the user's text as a prompt. Unknown characters are reported, never an error."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from charbard.bundle import Bundle
from charbard.errors import Note, OptionError
from charbard.text import normalise
from charbard.vocab import Vocab

__all__ = ["encode_known", "opening_ids"]

_NO_WORDS: Mapping[str, str] = MappingProxyType({})
_SHOWN = 10
"""Number of known characters or values that a message lists as alternatives."""


def opening_ids(
    bundle: Bundle,
    prime: str,
    fields: Sequence[tuple[str, str]],
    *,
    words: Mapping[str, str] = _NO_WORDS,
) -> tuple[list[int], str, list[Note]]:
    """Compile the prompt: the conditions and the user's text.

    Args:
        bundle: The model.
        prime: Text to continue; may be empty.
        fields: Conditions by name. A condition without any known character is left out.
        words: Field -> the user's word for it, where that differs from the field's name.

    Returns:
        (ids, at least one; the text as the model reads it; notes for the user).

    Raises:
        OptionError: The model was not trained with one of the fields.
    """
    known, notes = encode_known(bundle.vocab, normalise(prime))
    text_ids = bundle.vocab.encode(known).tolist()
    _refuse_unknown_fields(bundle.vocab, fields)
    if not bundle.has_records:
        return text_ids or bundle.vocab.opening(has_records=False), known, notes
    given, understood = dict(fields), dict[str, str]()
    for name in (name for name in bundle.vocab.fields if name in given):
        value, more = encode_known(bundle.vocab, normalise(given[name]))
        if given[name].strip() and not value.strip():
            notes.append(_unread(bundle.vocab, name, words.get(name, name), given[name]))
            continue
        understood[name] = value
        notes += more
        notes += _unheard(bundle, name, words.get(name, name), value)
    opening = bundle.vocab.opening(has_records=True, fields=understood)
    return opening + text_ids, known, notes


def _unheard(bundle: Bundle, name: str, word: str, value: str) -> list[Note]:
    """Return a note if a field's value never occurred in training."""
    listed = bundle.listed_values.get(name, ())
    if not listed or value in listed:
        return []
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return [
        Note(
            f"the {word} {value!r} means little to the model, which was never told it in training;"
            f" it knows {', '.join(listed[:_SHOWN])}{more}",
            "told.never",
            {
                "name": name,
                "value": value,
                "known": listed[:_SHOWN],
            },
        )
    ]


def _unread(vocab: Vocab, name: str, word: str, value: str) -> Note:
    """Return the note on a condition that is left out because no character of it is known."""
    some = [char for char in vocab.chars if char.isalnum()][:_SHOWN]
    return Note(
        f"the {word} {value!r} does not reach the model, which has never seen these characters;"
        f" it knows {len(vocab.chars)} others, such as {' '.join(some)}",
        "told.unread",
        {"name": name, "value": value, "known": some},
    )


def _refuse_unknown_fields(vocab: Vocab, fields: Sequence[tuple[str, str]]) -> None:
    for name, _ in fields:
        if name not in vocab.fields:
            known = f"it knows: {', '.join(vocab.fields)}"
            none = "it knows none; fields are named when a model is trained, as ⟪fields⟫"
            raise OptionError(
                f"the model knows no field {name!r}",
                code="field.unknown",
                values={"field": name, "known": vocab.fields},
                hint=known if vocab.fields else none,
            )


def encode_known(vocab: Vocab, text: str) -> tuple[str, list[Note]]:
    """Replace each unknown character by its nearest known form, or drop it.

    Returns:
        (the changed text, a note for each kind of change).

    >>> encode_known(Vocab(chars=("马", "A")), "馬Ａ☃")
    ('马A', ['馬 read as 马', 'Ａ read as A', '☃ skipped: the model has never seen it'])
    """
    notes: dict[Note, None] = {}
    kept = []
    for char in text:
        known = vocab.nearest(char)
        if known is None:
            shown = _shown(char)
            skipped = f"{shown} skipped: the model has never seen it"
            notes[Note(skipped, "char.skipped", {"char": shown})] = None
            continue
        if known != char:
            values = {"char": _shown(char), "near": _shown(known)}
            notes[Note("{char} read as {near}".format(**values), "char.nearest", values)] = None
        kept.append(known)
    return "".join(kept), list(notes)


def _shown(char: str) -> str:
    return char if char.isprintable() and not char.isspace() else repr(char)
