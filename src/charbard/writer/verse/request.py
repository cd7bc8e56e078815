"""Compile an order in the user's words to a machine and the prompts of the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType

from charbard.bundle import Bundle
from charbard.config import VerseOrder
from charbard.corpus.verse.variants import one_spelling
from charbard.errors import Note, OptionError
from charbard.prosody import Form, Variant, book_named, fold, form_named, rhymes_of
from charbard.prosody.compiler import shapes
from charbard.prosody.conflict import compile_spec, nearest_feasible
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Machine
from charbard.prosody.main_rhyme import signs_of
from charbard.prosody.rhyme_name import full_rhyme_name, rhyme_named
from charbard.prosody.shape import shape_name
from charbard.prosody.spec import FormSpec, Lock
from charbard.vocab import UNKNOWN
from charbard.writer.prompt import opening_ids
from charbard.writer.verse.givens import OPEN, bans_of, locks_of
from charbard.writer.verse.stand_in import explained, stand_in
from charbard.writer.verse.words import WORDS, told_words, wanted_words

__all__ = ["RHYME", "Lexicons", "Request", "form_label", "read_order"]

RHYME = "rhyme"
"""The field by which a model is told the rhyme."""
_GUIDED = ("title", "dynasty", "author")
"""The conditions that guidance strengthens. The form needs no guidance: it is enforced."""
_WORDS: Mapping[str, str] = MappingProxyType({"title": "theme", "author": "poet"})
"""Field -> the user's word for it."""
_PLURALS: Mapping[str, str] = MappingProxyType(
    {"title": "titles", "dynasty": "dynasties", "author": "poets"}
)
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})
_MACHINES = 64
"""How many are kept; one takes well under a megabyte."""


@dataclass(frozen=True)
class Request:
    """A compiled order."""

    order: VerseOrder
    form: Form
    wish: FormSpec
    machine: Machine
    prime: tuple[int, ...]
    """What the model reads before the text."""
    bare: tuple[int, ...]
    """The same without theme, dynasty and author: the unconditioned prompt."""
    notes: tuple[Note, ...]
    """What the user should know."""
    signs: Mapping[int, str]
    """Rhyme-condition id -> rhyme group; empty if the model has no rhyme condition."""
    wanted: tuple[str, ...] = ()
    """Words that the poem is to use."""
    words: tuple[int, ...] = ()
    """The same as the model is told them, the mark at their end included; empty if it is not."""

    @property
    def prompts(self) -> list[tuple[int, ...]]:
        """What the model reads before words and rhyme, and the unconditioned prompt if there is
        something that the user wants it to listen to."""
        has_wish = self.prime != self.bare or self.words
        return [self.prime, self.bare] if has_wish else [self.prime]

    def told(
        self, ids: Sequence[int], *, words: Sequence[int] = (), group: str | None = None
    ) -> tuple[int, ...]:
        """`prime` or `bare` with words, and with the rhyme if it is a group that the model can be
        told."""
        vocab, opening = self.machine.lexicon.vocab, list(ids)
        if words:
            opening = vocab.with_field(opening, WORDS, words)
        sign = next((sign for sign, name in self.signs.items() if name == group), None)
        if sign is not None:
            opening = vocab.with_field(opening, RHYME, [sign])
        return tuple(opening)

    @property
    def given_ids(self) -> tuple[int, ...]:
        """What the model reads for the text, up to the first character that is not given."""
        vocab = self.machine.lexicon.vocab
        given = {(lock.line, lock.place): lock.stand_in for lock in self.wish.locks}
        found = []
        for slot in self.machine.slots:
            if slot.place is None and slot.locked is not None:
                found.append(slot.locked)
            elif slot.place is not None and (slot.line, slot.place) in given:
                char = given[slot.line, slot.place]
                char_id = None if char is None else vocab.id_of(char)
                found.append(UNKNOWN if char_id is None else char_id)
            else:
                break
        return tuple(found)

    def text(self, ids: Sequence[int], start: int = 0) -> str:
        """Characters of whole lines of a text, given ones and marks as they were given."""
        symbols = self.machine.lexicon.vocab.symbols
        given = {(lock.line, lock.place): lock.char for lock in self.wish.locks}
        marks = [list(line.mark) for line in self.wish.form.variants[0].lines]
        slots = self.machine.slots[start : start + len(ids)]
        return "".join(
            marks[slot.line].pop(0)
            if slot.place is None
            else given.get((slot.line, slot.place), symbols[char_id])
            for slot, char_id in zip(slots, ids, strict=True)
        )

    def openings_of(self, texts: Sequence[Sequence[int]]) -> tuple[int, ...]:
        """What stands at the first open place of each text."""
        slots = enumerate(self.machine.slots)
        at = next((at for at, slot in slots if slot.locked is None), None)
        return () if at is None else tuple(text[at] for text in texts)

    def line(self, index: int, ids: Sequence[int]) -> tuple[str, str]:
        """The characters of a line and the mark after them, from its ids, mark included."""
        span = self.machine.spans[index]
        text = self.text(ids, span.start)
        size = sum(slot.place is not None for slot in self.machine.slots[span])
        return text[:size], text[size:]


def read_order(
    bundle: Bundle,
    order: VerseOrder,
    lexicons: "Lexicons",
    *,
    form: Form | None = None,
    fields: Mapping[str, str] = _NO_FIELDS,
    strict: bool = True,
) -> Request:
    """Understand an order.

    Args:
        bundle: The model.
        order: What is asked.
        lexicons: The rhyme books, seen through the model's vocabulary.
        form: The form itself, for one that has no name.
        fields: What the model is told before the text, by name, beside what the order says.
        strict: Refuse what cannot be had together, instead of leaving out what is in the way.

    Raises:
        OptionError: A form, place, rhyme or length does not exist.
        ConflictError: Not everything asked for can be had together.
    """
    form = form_named(order.form) if form is None else form
    book = form.book if order.book is None else book_named(order.book).key
    lexicon = lexicons(book)
    shaped = _shaped(form, order)
    locks, notes = _understood(bundle, locks_of(shaped.variants[0], order))
    wish = FormSpec(
        form=shaped,
        book=book,
        rhyme=_rhymes(order.rhyme, book),
        variant=order.variant,
        locks=locks,
        bans=tuple(bans_of(order)),
        banned=order.banned,
        commonest=order.commonest,
        repeats=_repeats(form, order),
    )
    machine = lexicons.machine(wish if strict else nearest_feasible(wish, lexicon) or wish)
    told = _fields(bundle, form, shaped.variants[0], order, fields)
    prime, _, more = opening_ids(bundle, "", told, words=_WORDS)
    bare, _, _ = opening_ids(bundle, "", [field for field in told if field[0] not in _GUIDED])
    notes += [note for note in more if note not in notes]
    notes += _untold(bundle, order)
    if prime == bare and not order.words and order.guidance not in (1.0, VerseOrder.guidance):
        unguided = "guidance has no effect: the model is told no theme, words, dynasty or poet"
        notes.append(Note(unguided, "guidance.none"))
    wanted, more = wanted_words(bundle, order.words)
    return Request(
        order,
        form,
        wish,
        machine,
        prime=tuple(prime),
        bare=tuple(bare),
        notes=tuple(notes + more),
        signs=_signs(bundle, machine),
        wanted=wanted,
        words=told_words(bundle, wanted),
    )


def _untold(bundle: Bundle, order: VerseOrder) -> list[Note]:
    """Notes on conditions of the order that the model was not trained with."""
    known = bundle.vocab.fields if bundle.has_records else ()
    asked = {"title": order.theme, "dynasty": order.dynasty, "author": order.author}
    can_be = [name for name in known if name != bundle.chosen_field]
    told = ", ".join(_WORDS.get(name, name) for name in can_be)
    return [
        Note(
            f"the model was trained without {_PLURALS[name]}: the {_WORDS.get(name, name)}"
            f" {value!r} does not reach it; it can be told: {told or 'nothing'}",
            "told.untrained",
            {
                "name": name,
                "value": value,
                "known": [Note(one, f"field.{one}") for one in can_be],
            },
        )
        for name, value in asked.items()
        if value and name not in known
    ]


def _signs(bundle: Bundle, machine: Machine) -> Mapping[int, str]:
    """The rhymes among which a model that predicts the rhyme may choose, by id."""
    vocab, lexicon = bundle.vocab, machine.lexicon
    if bundle.chosen_field != RHYME:
        return {}
    signs = signs_of(lexicon.book)
    ids = {group: vocab.id_of(signs[group]) for group in machine.open_rhymes if group in signs}
    return {char_id: group for group, char_id in ids.items() if char_id is not None}


class Lexicons:
    """The rhyme books, seen through one model's vocabulary, and the machines made last.

    A machine that is asked for again has most of its steps at hand. Of two spellings of one
    character (鴈 for 雁) only the usual one is chosen; the user may give the other.
    """

    def __init__(self, bundle: Bundle) -> None:
        vocab = bundle.vocab
        odd = "".join(
            char for char in vocab.chars if (usual := one_spelling(char)) != char and usual in vocab
        )
        self._build = cache(lambda book: Lexicon.build(vocab, book, unwritten=odd))
        self._compile = lru_cache(_MACHINES)(lambda wish: compile_spec(wish, self(wish.book)))

    def __call__(self, book: str) -> Lexicon:
        """One rhyme book."""
        lexicon: Lexicon = self._build(book)
        return lexicon

    def machine(self, wish: FormSpec) -> Machine:
        """As `compile_spec`."""
        machine: Machine = self._compile(wish)
        return machine


def form_label(form: Form, variant: Variant) -> str:
    """What the model is told as the form: the tune, or the name of the shape.

    A couplet or a heading is asked for as lines of its length (五言, 七言). The corpus calls a text
    of fewer than four lines 句, a fragment that somebody quotes; that is not what is wanted.
    """
    return form.name if form.kind == "词" else shape_name(variant.lengths)


def _shaped(form: Form, order: VerseOrder) -> Form:
    """Restrict a form to the variants of the first shape that fits the given lines and places."""
    wish = FormSpec(form=form, book="", variant=order.variant)
    failed = None
    for variants in shapes(wish):
        try:
            locks_of(variants[0], order)
        except OptionError as error:
            failed = failed or error
        else:
            return replace(form, variants=tuple(variants))
    assert failed is not None
    raise failed


def _understood(bundle: Bundle, locks: Sequence[Lock]) -> tuple[tuple[Lock, ...], list[Note]]:
    """Given characters in the books' script, unknown ones with what the model reads for them."""
    found, notes = [], dict[Note, None]()
    for lock in locks:
        if (note := explained(bundle.vocab, lock.char)) is not None:
            notes[note] = None
        folded = fold(lock.char)
        char = folded if folded in bundle.vocab else lock.char
        found.append(replace(lock, char=char, stand_in=stand_in(bundle.vocab, char)))
    return tuple(found), list(notes)


def _rhymes(text: str, book: str) -> tuple[str | None, ...]:
    """Names of groups, or characters to rhyme with; _ leaves one open."""
    return tuple(None if part == OPEN else _rhyme(part, book) for part in text.split())


def _rhyme(name: str, book: str) -> str:
    """A group by any of its usual names, or by a character that is in no other."""
    try:
        return rhyme_named(name, book=book)
    except OptionError:
        groups = rhymes_of(name, book=book) if len(name) == 1 else frozenset()
        if len(groups) == 1:
            return next(iter(groups))
        if not groups:
            raise
        among = " or ".join(full_rhyme_name(each, book=book) for each in sorted(groups))
        raise OptionError(
            f"{name} has several rhymes in {book_named(book).name}",
            code="rhyme.several",
            values={
                "char": name,
                "book": book_named(book).name,
                "known": [full_rhyme_name(each, book=book) for each in sorted(groups)],
            },
            hint=f"choose {among}",
        ) from None


def _repeats(form: Form, order: VerseOrder) -> str:
    if order.repeats != "auto":
        return order.repeats
    return "none" if form.kind == "近体诗" else "rhymes"


def _fields(
    bundle: Bundle, form: Form, variant: Variant, order: VerseOrder, more: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The conditions of the order that the model was trained with."""
    said = {
        "form": form_label(form, variant),
        "dynasty": order.dynasty,
        "author": order.author,
        "title": order.theme,
        **more,
    }
    return [(name, said[name]) for name in bundle.vocab.fields if said.get(name)]
