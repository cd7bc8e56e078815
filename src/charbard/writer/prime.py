"""From the user's words to ids: a character the model does not know never stops it."""

from collections.abc import Sequence

from charbard.bundle import Bundle
from charbard.errors import OptionError
from charbard.text import normalise
from charbard.vocab import Vocab

__all__ = ["encode_known", "opening_ids"]


def opening_ids(
    bundle: Bundle, prime: str, fields: Sequence[tuple[str, str]]
) -> tuple[list[int], str, list[str]]:
    """What the network reads first.

    Args:
        bundle: The model.
        prime: Text to write on from; may be empty.
        fields: Conditions by name.

    Returns:
        The ids, at least one; the prime as it was understood; and what the user should know.

    Raises:
        OptionError: A field is not one that the model was trained with.
    """
    known, notes = encode_known(bundle.vocab, normalise(prime))
    text_ids = bundle.vocab.encode(known).tolist()
    _refuse_unknown_fields(bundle.vocab, fields)
    if not bundle.has_records:
        return text_ids or bundle.vocab.opening(has_records=False), known, notes
    given, understood = dict(fields), dict[str, str]()
    for name in (name for name in bundle.vocab.fields if name in given):
        understood[name], more = encode_known(bundle.vocab, normalise(given[name]))
        notes += more
    opening = bundle.vocab.opening(has_records=True, fields=understood)
    return opening + text_ids, known, notes


def _refuse_unknown_fields(vocab: Vocab, fields: Sequence[tuple[str, str]]) -> None:
    for name, _ in fields:
        if name not in vocab.fields:
            known = ", ".join(vocab.fields) or "none: train it with --fields"
            raise OptionError(f"the model knows no field {name!r}", hint=f"it knows: {known}")


def encode_known(vocab: Vocab, text: str) -> tuple[str, list[str]]:
    """The text with each unknown character replaced by its nearest known form, or left out.

    Returns:
        The text, and a note for each kind of change.

    >>> encode_known(Vocab(chars=("马", "A")), "馬Ａ☃")
    ('马A', ['馬 read as 马', 'Ａ read as A', '☃ skipped: the model has never seen it'])
    """
    notes: dict[str, None] = {}
    kept = []
    for char in text:
        known = vocab.nearest(char)
        if known is None:
            notes[f"{_shown(char)} skipped: the model has never seen it"] = None
            continue
        if known != char:
            notes[f"{_shown(char)} read as {_shown(known)}"] = None
        kept.append(known)
    return "".join(kept), list(notes)


def _shown(char: str) -> str:
    return char if char.isprintable() and not char.isspace() else repr(char)
