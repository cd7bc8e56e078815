"""Protocol V, the yardstick of verse: perplexity per Chinese character, by form and dynasty.

Only Chinese characters of the text count: no punctuation, no title, no end symbol. By default the
form is the only condition. Each poem begins from a zero state, and characters outside the
vocabulary are scored as the unknown character.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from charbard.bundle import Bundle
from charbard.config import CorpusConfig
from charbard.corpus import Record, find_inputs, read_records
from charbard.corpus.split import SIDES
from charbard.errors import CorpusError, OptionError
from charbard.prosody.shape import REGULATED
from charbard.report.perplexity import Perplexity
from charbard.report.scoring import Tally, tallies
from charbard.runtime import ByteModel, Model

__all__ = ["FIELDS", "SPLITS", "evaluate_verse", "group_names", "measured", "read_verse"]

FIELDS = ("kind", "form", "dynasty", "title", "rhyme", "split")
"""Fields that are read from each record, besides its text."""
SPLITS = {**{name: (name,) for name in SIDES}, "all": tuple(SIDES)}
"""Requested part -> values of a record's own `split` field; `heldout` is never read."""


def read_verse(names: Sequence[str], part: str) -> list[Record]:
    """Read the records of one part, by their own `split` field.

    Args:
        names: Files of JSON lines.
        part: A key of `SPLITS`.

    Raises:
        CorpusError: The files cannot be read, or have no record of this part.
    """
    corpus = CorpusConfig(format="jsonl", fields=FIELDS)
    wanted = SPLITS[part]
    found, splits = [], set()
    for record in read_records(find_inputs(names), corpus):
        split = record.fields.get("split")
        splits.add(split)
        if split in wanted or (split is None and part == "all"):
            found.append(record)
    if not found:
        known = ", ".join(sorted(split for split in splits if split))
        raise CorpusError(
            f"no record's split is {part!r}",
            code="part.unknown",
            values={"part": part, "known": sorted(split for split in splits if split)},
            hint=f"splits found: {known}" if known else "records without a split: use ⟪part=all⟫",
        )
    return found


def group_names(record: Record) -> list[str]:
    """Return every group that a poem counts towards: its form, metre or tune, and dynasty.

    >>> group_names(Record("", {"kind": "诗", "form": "七绝", "dynasty": "唐"}))
    ['form 七绝', 'metre regulated, 7', 'dynasty 唐']
    >>> group_names(Record("", {"kind": "词", "form": "浣溪沙"}))
    ['form 词', 'tune 浣溪沙']
    """
    kind, form = record.fields.get("kind", "诗"), record.fields.get("form")
    names = []
    if form and kind == "诗":
        names.append(f"form {form}")
    elif form:
        names += [f"form {kind}", f"tune {form}"]
    if form is not None and form in REGULATED:
        names.append(f"metre regulated, {REGULATED[form][0]}")
    if dynasty := record.fields.get("dynasty"):
        names.append(f"dynasty {dynasty}")
    return names


def evaluate_verse(
    bundle: Bundle,
    names: Sequence[str],
    *,
    part: str,
    given: Sequence[str] = ("form",),
    chosen: bool = False,
    rounded: bool = False,
) -> Perplexity:
    """Measure a bundle on verse: protocol V.

    Args:
        bundle: A model of records.
        names: Files of JSON lines, each with a `split`.
        part: A key of `SPLITS`.
        given: Fields that the model is conditioned on; the others are left open.
        chosen: Have the model predict the field that it learned to choose before the text, and add
            the nats of that field for each poem that has one.
        rounded: Measure the network used for writing, with int8 weights, instead of the exact one.

    Raises:
        OptionError: The model was not trained on records, lacks a given field, or has none
            to choose.
        CorpusError: The records cannot be read, or none belongs to this part.
    """
    if not bundle.has_records:
        raise OptionError(
            "protocol V does not fit a model of running text",
            code="protocol.verse",
            hint="use ⟪protocol=A⟫, B or C",
        )
    for name in given:
        if name not in bundle.vocab.fields and name != "form":
            known = ", ".join(bundle.vocab.fields) or "none"
            raise OptionError(
                f"the model knows no field {name!r}",
                code="field.unknown",
                values={"field": name, "known": known},
                hint=f"it knows: {known}",
            )
    found = bundle.chosen_field if chosen else None
    if chosen and (found is None or found in given):
        raise OptionError(
            "the model has no field to choose",
            code="chosen.none",
            hint="leave out ⟪chosen⟫, or the field in ⟪given⟫",
        )
    network = ByteModel(bundle) if rounded else Model(bundle)

    def score(records: list[Record]) -> list[Tally]:
        return tallies(network, bundle.vocab, records, only_han=True, chosen=found)

    return measured(read_verse(names, part), score, [*given, *([found] if found else [])])


def measured(
    records: Sequence[Record],
    score: Callable[[list[Record]], list[Tally]],
    given: Iterable[str] = ("form",),
) -> Perplexity:
    """Measure records by protocol V with any function that scores them.

    Args:
        records: Poems with all their fields.
        score: Function from records, reduced to the given fields, to one tally for each.
        given: Fields that the model is conditioned on.

    Raises:
        CorpusError: There is no Chinese character to count.
    """
    kept = set(given)
    told = [Record(record.text, _only(record.fields, kept)) for record in records]
    sums: dict[str, Tally] = {"all": Tally()}
    for record, tally in zip(records, score(told), strict=True):
        for name in ("all", *group_names(record)):
            sums[name] = sums.get(name, Tally()) + tally
    if not sums["all"].chars:
        raise CorpusError(
            "there is no Chinese character to count",
            code="protocol.hanless",
            hint="other records: use protocol R",
        )
    groups = {name: _perplexity(tally) for name, tally in sums.items() if tally.chars}
    return replace(groups.pop("all"), groups=groups)


def _perplexity(tally: Tally) -> Perplexity:
    return Perplexity("V", tally.nats / tally.chars, tally.chars, tally.unknown)


def _only(fields: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name in names}
