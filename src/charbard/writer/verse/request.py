"""Compile an order for verse into a state machine and the model's prompts."""

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
from charbard.prosody.main_rhyme import main_rhyme, signs_of
from charbard.prosody.rhyme_name import full_rhyme_name, rhyme_named
from charbard.prosody.shape import shape_name
from charbard.prosody.spec import FormSpec, Lock
from charbard.vocab import UNKNOWN
from charbard.writer.prompt import opening_ids
from charbard.writer.verse.givens import OPEN, bans_of, locks_of
from charbard.writer.verse.stand_in import explained, stand_in
from charbard.writer.verse.words import WORDS, wanted_words, word_ids_of

__all__ = ["RHYME", "Lexicons", "Request", "form_label", "read_order"]

RHYME = "rhyme"
"""Name of the field that conditions on the main rhyme."""
_GUIDED = ("title", "dynasty", "author")
"""The conditions that guidance strengthens. The form needs no guidance: it is enforced."""
_WORDS: Mapping[str, str] = MappingProxyType({"title": "theme", "author": "poet"})
"""Field -> the user's word for it."""
_PLURALS: Mapping[str, str] = MappingProxyType(
    {"title": "titles", "dynasty": "dynasties", "author": "poets"}
)
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})
_MACHINES = 64
"""Number of cached machines; one takes well under a megabyte."""


@dataclass(frozen=True)
class Request:
    """An order for verse, compiled for one model."""

    order: VerseOrder
    form: Form
    spec: FormSpec
    machine: Machine
    prompt: tuple[int, ...]
    """Ids that the model reads before the text."""
    unconditioned: tuple[int, ...]
    """The unconditioned prompt, without theme, dynasty or author."""
    notes: tuple[Note, ...]
    """Notes for the user."""
    rhyme_ids: Mapping[int, str]
    """Rhyme-condition id -> rhyme group; empty if the model does not predict the rhyme."""
    wanted: tuple[str, ...] = ()
    """Words that the poem should use."""
    word_ids: tuple[int, ...] = ()
    """Ids of `wanted` as a condition, final mark included; empty if the model has no such field."""

    @property
    def prompts(self) -> list[tuple[int, ...]]:
        """The prompt without words or rhyme and, if guidance has a condition to strengthen, the
        unconditioned prompt."""
        is_conditioned = self.prompt != self.unconditioned or self.word_ids
        return [self.prompt, self.unconditioned] if is_conditioned else [self.prompt]

    def conditioned(
        self, ids: Sequence[int], *, words: Sequence[int] = (), group: str | None = None
    ) -> tuple[int, ...]:
        """Return a prompt conditioned on words and on a rhyme group.

        A group that the model cannot be conditioned on is ignored.
        """
        vocab, opening = self.machine.lexicon.vocab, list(ids)
        if words:
            opening = vocab.with_field(opening, WORDS, words)
        sign = next((sign for sign, name in self.rhyme_ids.items() if name == group), None)
        if sign is not None:
            opening = vocab.with_field(opening, RHYME, [sign])
        return tuple(opening)

    def prompt_for(self, prompt: Sequence[int], ids: Sequence[int]) -> tuple[int, ...]:
        """Return the prompt of a given text, with its rhyme if the model is conditioned on it."""
        group = main_rhyme(self.text(ids), book=self.spec.book) if self.rhyme_ids else None
        return self.conditioned(prompt, group=group)

    @property
    def given_ids(self) -> tuple[int, ...]:
        """Ids of the text before the first character that is not given."""
        vocab = self.machine.lexicon.vocab
        given = {(lock.line, lock.place): lock.stand_in for lock in self.spec.locks}
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
        """Return the characters of whole lines, with given characters as the user spelled them."""
        symbols = self.machine.lexicon.vocab.symbols
        given = {(lock.line, lock.place): lock.char for lock in self.spec.locks}
        # The marks come from the form: where the model lacks a mark, the ids have a plainer one.
        marks = [list(line.mark) for line in self.spec.form.variants[0].lines]
        slots = self.machine.slots[start : start + len(ids)]
        return "".join(
            marks[slot.line].pop(0)
            if slot.place is None
            else given.get((slot.line, slot.place), symbols[char_id])
            for slot, char_id in zip(slots, ids, strict=True)
        )

    def openings_of(self, texts: Sequence[Sequence[int]]) -> tuple[int, ...]:
        """Return the id at the first open place of each text."""
        slots = enumerate(self.machine.slots)
        at = next((at for at, slot in slots if slot.locked is None), None)
        return () if at is None else tuple(text[at] for text in texts)

    def line(self, index: int, ids: Sequence[int]) -> tuple[str, str]:
        """Decode a line's ids, which include its mark, into its characters and the mark."""
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
    """Compile an order.

    Args:
        bundle: The model.
        order: The user's order.
        lexicons: The rhyme books, restricted to the model's vocabulary.
        form: The form itself, if it has no name.
        fields: Conditions by name, in addition to those of the order.
        strict: Whether to refuse demands that contradict each other instead of dropping some.

    Raises:
        OptionError: A form, place, rhyme or length does not exist.
        ConflictError: Demands of the order contradict each other.
    """
    form = form_named(order.form) if form is None else form
    book = form.book if order.book is None else book_named(order.book).key
    lexicon = lexicons(book)
    shaped = _shaped(form, order)
    locks, notes = _understood(bundle, locks_of(shaped.variants[0], order))
    spec = FormSpec(
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
    machine = lexicons.machine(spec if strict else nearest_feasible(spec, lexicon) or spec)
    conditions = _fields(bundle, form, shaped.variants[0], order, fields)
    prompt, _, more = opening_ids(bundle, "", conditions, words=_WORDS)
    unconditioned, _, _ = opening_ids(
        bundle, "", [field for field in conditions if field[0] not in _GUIDED]
    )
    notes += [note for note in more if note not in notes]
    notes += _untrained(bundle, order)
    if (
        prompt == unconditioned
        and not order.words
        and order.guidance not in (1.0, VerseOrder.guidance)
    ):
        unguided = "guidance has no effect: the model is told no theme, words, dynasty or poet"
        notes.append(Note(unguided, "guidance.none"))
    wanted, more = wanted_words(bundle, order.words)
    return Request(
        order,
        form,
        spec,
        machine,
        prompt=tuple(prompt),
        unconditioned=tuple(unconditioned),
        notes=tuple(notes + more),
        rhyme_ids=_rhyme_ids(bundle, machine),
        wanted=wanted,
        word_ids=word_ids_of(bundle, wanted),
    )


def _untrained(bundle: Bundle, order: VerseOrder) -> list[Note]:
    """Return notes on conditions of the order that the model was not trained with."""
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


def _rhyme_ids(bundle: Bundle, machine: Machine) -> Mapping[int, str]:
    """Return rhyme-condition id -> rhyme group, for a model that predicts the rhyme."""
    vocab, lexicon = bundle.vocab, machine.lexicon
    if bundle.chosen_field != RHYME:
        return {}
    rhyme_ids = signs_of(lexicon.book)
    ids = {
        group: vocab.id_of(rhyme_ids[group]) for group in machine.open_rhymes if group in rhyme_ids
    }
    return {char_id: group for group, char_id in ids.items() if char_id is not None}


class Lexicons:
    """The rhyme books, restricted to one model's vocabulary, and a cache of compiled machines.

    A cached machine has computed most of its steps already. Where a character has two spellings (雁
    and 鴈), only the usual one is written, although the user may give the other.
    """

    def __init__(self, bundle: Bundle) -> None:
        vocab = bundle.vocab
        odd = "".join(
            char for char in vocab.chars if (usual := one_spelling(char)) != char and usual in vocab
        )
        self._build = cache(lambda book: Lexicon.build(vocab, book, unwritten=odd))
        self._compile = lru_cache(_MACHINES)(lambda spec: compile_spec(spec, self(spec.book)))

    def __call__(self, book: str) -> Lexicon:
        """Return a rhyme book's lexicon, limited to the model's vocabulary; built on first use."""
        lexicon: Lexicon = self._build(book)
        return lexicon

    def machine(self, spec: FormSpec) -> Machine:
        """Compile a specification, or return the machine compiled earlier; see `compile_spec`."""
        machine: Machine = self._compile(spec)
        return machine


def form_label(form: Form, variant: Variant) -> str:
    """Return the value of the condition `form`: the tune, or the name of the shape.

    A couplet or a heading is conditioned on the length of its lines (五言, 七言). In the corpus a
    text of fewer than four lines is labelled 句, a quoted fragment, which a couplet is not.
    """
    return form.name if form.kind == "词" else shape_name(variant.lengths)


def _shaped(form: Form, order: VerseOrder) -> Form:
    """Restrict a form to the variants of the first shape that fits the given lines and places."""
    spec = FormSpec(form=form, book="", variant=order.variant)
    failed = None
    for variants in shapes(spec):
        try:
            locks_of(variants[0], order)
        except OptionError as error:
            failed = failed or error
        else:
            return replace(form, variants=tuple(variants))
    assert failed is not None
    raise failed


def _understood(bundle: Bundle, locks: Sequence[Lock]) -> tuple[tuple[Lock, ...], list[Note]]:
    """Return (locks in the rhyme books' script, notes for the user).

    Each lock also has the character that the model reads at its place (`stand_in`).
    """
    found, notes = [], dict[Note, None]()
    for lock in locks:
        if (note := explained(bundle.vocab, lock.char)) is not None:
            notes[note] = None
        folded = fold(lock.char)
        char = folded if folded in bundle.vocab else lock.char
        found.append(replace(lock, char=char, stand_in=stand_in(bundle.vocab, char)))
    return tuple(found), list(notes)


def _rhymes(text: str, book: str) -> tuple[str | None, ...]:
    """Parse names of groups, or characters to rhyme with; _ leaves a rhyme open."""
    return tuple(None if part == OPEN else _rhyme(part, book) for part in text.split())


def _rhyme(name: str, book: str) -> str:
    """Return the rhyme group that has this name or is the only one to contain this character."""
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
    """Return the conditions of the order that the model was trained with."""
    said = {
        "form": form_label(form, variant),
        "dynasty": order.dynasty,
        "author": order.author,
        "title": order.theme,
        **more,
    }
    return [(name, said[name]) for name in bundle.vocab.fields if said.get(name)]
