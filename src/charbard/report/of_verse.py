"""Report on a verse model: its predictions, and how its poems compare with human ones."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePath

import numpy as np

from charbard.config import SampleOptions, VerseOrder
from charbard.corpus import Record
from charbard.prosody import forms
from charbard.prosody.shape import REGULATED
from charbard.report.copying import Learned
from charbard.report.couplets import FacingPairs, couplet_scores
from charbard.report.diversity import distinct, jaccard, repeated
from charbard.report.form import FormCount, count_form, shape_of
from charbard.report.perplexity import Perplexity
from charbard.report.scoring import Tally, tallies
from charbard.report.section import Cell, Section, Subject
from charbard.report.theme import theme_fit
from charbard.report.verse import measured, read_verse
from charbard.report.writing import write_records
from charbard.writer.verse.writer import VerseWriter

__all__ = ["VerseReport"]

_MAIN = "七绝"
"""Form for measuring variety and themes: the commonest form of fixed length."""
_TUNES = 4
_CANDIDATES = 32
"""Number of poems written in one batch."""
_POEMS_A_THEME = 4
_THEME_CHARS = range(2, 6)


class VerseReport:
    """Builds the sections of a report; what several sections need is computed once."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._options = subject.options
        self._vocab = subject.bundle.vocab
        self._freely: dict[str, list[str]] = {}
        self._bound: dict[str, list[str]] = {}

    def sections(self) -> Iterator[tuple[str, "Section | None"]]:
        """Yield (key, section), building each on demand; the section is None without data."""
        makers = {
            "perplexity": self._perplexity,
            "form": self._form,
            "variety": self._variety,
            "novelty": self._novelty,
            "parallelism": self._parallelism,
            "themes": self._fit,
            "samples": self._samples,
        }
        for key, make in makers.items():
            if key not in self._options.skip:
                yield key, make()

    @cached_property
    def _held_out(self) -> list[Record]:
        return read_verse(self._subject.names, self._options.part)

    @cached_property
    def _learned(self) -> list[Record]:
        return read_verse(self._subject.names, "train")

    @cached_property
    def _tunes(self) -> list[str]:
        """Return the commonest tunes of 词."""
        tunes = Counter(
            record.fields["form"]
            for record in self._learned
            if record.fields.get("kind") == "词" and "form" in record.fields
        )
        return [tune for tune, _ in tunes.most_common(_TUNES)]

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        """Return the forms that the report writes poems in."""
        return (*REGULATED, *self._tunes)

    @cached_property
    def _ruled(self) -> frozenset[str]:
        """Return the report's forms that have rules."""
        return frozenset(form.name for form in forms()).intersection(self._forms)

    def _free(self, form: str) -> list[str]:
        """Return unconstrained poems conditioned only on the form, written on the first call."""
        if form not in self._freely:
            self._freely[form] = self._write([{"form": form}] * self._options.texts)
        return self._freely[form]

    def _constrained(self, form: str) -> list[str]:
        """Return poems under the form's constraint, written on the first call."""
        if form not in self._bound:
            self._bound[form] = list(self._keeping(form))
        return self._bound[form]

    @cached_property
    def _writer(self) -> VerseWriter:
        return VerseWriter(self._subject.bundle, self._subject.network)

    def _keeping(self, form: str) -> Iterator[str]:
        self._subject.say(f"writing {self._options.texts} poems that keep the form: {form}")
        for start in range(0, self._options.texts, _CANDIDATES):
            order = VerseOrder(
                form=form,
                titled=False,
                temperature=self._options.temperature,
                candidates=min(_CANDIDATES, self._options.texts - start),
                seed=self._options.seed + start,
                novel=False,
            )
            poems = sorted(self._writer.verse(order), key=lambda poem: poem.candidate)
            yield from (poem.text for poem in poems)

    def _ways(self, form: str) -> Iterator[tuple[str, list[str]]]:
        """Yield the poems of a form by origin: free, constrained or human-written."""
        yield f"{form} free", self._free(form)
        if form in self._ruled:
            yield f"{form} constrained", self._constrained(form)
        yield f"{form} by people", self._human(form, self._held_out)

    def _write(self, fields: Sequence[Mapping[str, str]]) -> list[str]:
        self._subject.say(f"writing {len(fields)} poems: {fields[0]}")
        return write_records(
            self._subject.bundle,
            self._subject.network,
            fields,
            options=SampleOptions(temperature=self._options.temperature),
            seed=self._options.seed,
        )

    def _human(self, form: str, records: Sequence[Record], most: int | None = None) -> list[str]:
        """Return human-written poems of a form, a random sample if there are more than `most`."""
        texts = [record.text for record in records if record.fields.get("form") == form]
        rng = np.random.default_rng(self._options.seed)
        order = rng.permutation(len(texts)) if most is not None else range(len(texts))
        return [texts[place] for place in order[:most]]

    def _measured(self, chosen: str | None) -> Perplexity:
        def score(records: list[Record]) -> list[Tally]:
            model = self._subject.model
            return tallies(model, self._vocab, records, only_han=True, chosen=chosen)

        return measured(self._held_out, score, ("form", chosen) if chosen else ("form",))

    def _perplexity(self) -> Section:
        found = self._measured(None)
        tunes = {f"tune {tune}" for tune in self._tunes}
        groups = {n: g for n, g in found.groups.items() if n in tunes or not n.startswith("tune ")}
        if (chosen := self._subject.bundle.chosen_field) is not None:
            again = self._measured(chosen)
            metres = {n: g for n, g in again.groups.items() if n.startswith("metre")}
            for name, group in {"all": again, **metres}.items():
                groups[f"{name} with the {chosen} chosen first"] = group
        rows = {
            name: {
                "perplexity": group.perplexity,
                "nats": group.nats_per_char,
                "characters": group.chars,
                "unknown": group.unknown / group.chars,
            }
            for name, group in {"all": found, **groups}.items()
        }
        return Section(
            key="perplexity",
            title="How well it predicts poems it has not seen",
            says="Perplexity per Chinese character on the held-out poems: punctuation and title "
            "not counted, the form given, each poem from a zero state. Lower is better. Where the "
            "model chooses the rhyme first, what it gives to the poem's own is counted, too.",
            rows=_by_kind(rows),
            shares=("unknown",),
            chart="perplexity",
        )

    def _form(self) -> Section:
        rows: dict[str, FormCount] = {}
        for form in self._forms:
            shapes = frozenset(shape_of(text) for text in self._human(form, self._learned))
            rows |= {name: count_form(texts, form, shapes) for name, texts in self._ways(form)}
        columns = list(FormCount().rates())
        return Section(
            key="form",
            title="Whether it keeps the form",
            says="Free: nothing but the name of the form is given, and nothing is held back; this "
            "is what the model has learned of lines, tones and rhyme. Constrained: no character "
            "could be chosen that breaks the form. T4 is the rule of regulated verse in "
            "docs/prosody.md, T5 counts rescued lines as good. For a tune, the lines are right "
            "if its poets wrote such lines. By people: the held-out poems of that shape, among "
            "them old verse (古诗), which has no rule of tones.",
            rows={name: {"poems": count.poems, **count.rates()} for name, count in rows.items()},
            shares=tuple(columns),
            chart="rhyme and T4",
        )

    def _variety(self) -> Section:
        people = self._human(_MAIN, self._learned, self._options.texts)
        ways = {"free": self._free(_MAIN), "constrained": self._constrained(_MAIN)}
        rows: dict[str, dict[str, Cell]] = {}
        measure = {f"distinct-{size}": distinct(people, size) for size in (1, 2, 3, 4)}
        for name, texts in ways.items():
            texts = texts[: len(people) or None]
            shares = {f"distinct-{size}": distinct(texts, size) for size in (1, 2, 3, 4)}
            rows[name] = {"poems": len(texts), "repeated": repeated(texts), **shares}
            if people:
                rows[f"{name}, of people's"] = {c: shares[c] / measure[c] for c in shares}
        rows["by people"] = {"poems": len(people), "repeated": repeated(people), **measure}
        return Section(
            key="variety",
            title="How varied it is",
            says=f"Share of n-grams of characters that are different from all others, over as many "
            f"{_MAIN} by the model as by people; and poems that came twice.",
            rows=rows,
            chart="distinct-2",
        )

    def _novelty(self) -> Section:
        learned = Learned(record.text for record in self._learned)
        corpus = ", ".join(PurePath(name).name for name in self._subject.names)
        rows: dict[str, dict[str, Cell]] = {}
        for form in self._forms:
            for name, texts in self._ways(form):
                rows[name] = {"poems": len(texts), **learned.copied(texts).rates()}
        return Section(
            key="novelty",
            title="How much it copies",
            says=f"Share of lines, and of four characters in a row within a line, that stand "
            f"verbatim in one of the {len(self._learned):,} poems of {corpus} that it learned "
            f"from. Poets quote, too: the held-out poems set the measure.",
            rows=rows,
            shares=("lines", "4-grams"),
            chart="4-grams",
        )

    def _parallelism(self) -> Section:
        rows: dict[str, dict[str, Cell]] = {}
        for form in ("五律", "七律"):
            model = FacingPairs.learn(self._human(form, self._learned))
            for name, texts in self._ways(form):
                rows[name] = dict(couplet_scores(model, texts))
        return Section(
            key="parallelism",
            title="Whether middle couplets are parallel",
            says="Mean nats of mutual information between characters that stand opposite each "
            "other, learned from the middle couplets (颔联, 颈联) of the training poems. The "
            "outer couplets need not be parallel; the last column sets lines against wrong ones.",
            rows=rows,
            chart="颔联",
        )

    @cached_property
    def _themes(self) -> list[tuple[str, str]]:
        """Return distinct short titles of held-out poems of the main form, each with its poem."""
        found: dict[str, str] = {}
        for record in self._held_out:
            title = record.fields.get("title", "")
            if record.fields.get("form") == _MAIN and len(title) in _THEME_CHARS:
                found.setdefault(title, record.text)
        order = np.random.default_rng(self._options.seed).permutation(len(found))
        pairs = sorted(found.items())
        return [pairs[place] for place in order[: self._options.themes]]

    def _on_themes(self) -> list[tuple[str, str]]:
        fields = [
            {"form": _MAIN, "title": theme}
            for theme, _ in self._themes
            for _ in range(_POEMS_A_THEME)
        ]
        return list(zip((each["title"] for each in fields), self._write(fields), strict=True))

    def _by_default(self, form: str, theme: str, count: int) -> list[str]:
        """Return poems written with default settings, as users get them, in the order written."""
        order = VerseOrder(form=form, theme=theme, candidates=count, seed=self._options.seed)
        poems = sorted(self._writer.verse(order), key=lambda poem: poem.candidate)
        return [poem.text for poem in poems]

    def _fit(self) -> Section | None:
        if "title" not in self._vocab.fields or len(self._themes) < 2:
            return None
        self._subject.say(f"writing {_POEMS_A_THEME} poems by default on each of the themes")
        written = [
            (theme, text)
            for theme, _ in self._themes
            for text in self._by_default(_MAIN, theme, _POEMS_A_THEME)
        ]
        ways = {"free": self._on_themes(), "by default": written, "by people": self._themes}
        rows: dict[str, dict[str, Cell]] = {}
        for name, poems in ways.items():
            fit = theme_fit(self._subject.model, self._vocab, poems, form=_MAIN)
            groups = [[t for theme, t in poems if theme == own] for own, _ in self._themes]
            rows[name] = {
                "poems": fit.poems,
                "gain in nats": fit.gain,
                "recognised": fit.recognised,
                "by chance": fit.chance,
                "Jaccard": jaccard(groups),
                "Jaccard, characters": jaccard(groups, 1),
            }
        texts = {
            theme: [text for own, text in written if own == theme] for theme, _ in self._themes
        }
        return Section(
            key="themes",
            title="Whether a poem is about its theme",
            says=f"{_MAIN} written to titles of held-out poems, and those poems. Free: told the "
            "title, nothing else. By default: as `charbard verse` writes them, guided and chosen "
            "among drafts; these are shown. Gain: by how many "
            "nats a character the title makes its poem likelier to this model. Recognised: no "
            "other title of the test gains more. Jaccard: likeness of poems on different themes, "
            "by pairs of characters and by single ones; low is good.",
            rows=rows,
            shares=("recognised", "by chance", "Jaccard", "Jaccard, characters"),
            texts=dict(list(texts.items())[: self._options.samples]),
        )

    def _samples(self) -> Section:
        most = self._options.samples
        texts: dict[str, Sequence[str]] = {}
        for form in self._forms:
            texts[f"{form} free, the first {most}"] = self._free(form)[:most]
            if form in self._ruled:
                texts[f"{form} constrained, the first {most}"] = self._constrained(form)[:most]
                texts[f"{form} constrained, chosen by the model"] = self._chosen(form)
                texts[f"{form} by default"] = self._by_default(form, "", most)
        return Section(
            key="samples",
            title="What it writes",
            says=f"Temperature {self._options.temperature:g}, seed {self._options.seed}, nothing "
            "asked but the form. The first ones are not selected in any way. The chosen ones are "
            f"those of {self._options.texts} that the model itself finds likeliest. By default: "
            "as `charbard verse` writes them.",
            texts=texts,
        )

    def _chosen(self, form: str) -> list[str]:
        kept = sorted(set(self._constrained(form)))
        records = [Record(text, {"form": form}) for text in kept]
        found = tallies(self._subject.model, self._vocab, records, only_han=True)
        order = np.argsort([tally.nats / tally.chars for tally in found], kind="stable")
        return [kept[place] for place in order[: self._options.samples]]


def _by_kind(rows: Mapping[str, Mapping[str, Cell]]) -> dict[str, Mapping[str, Cell]]:
    """Sort rows by kind (all, metre, form, dynasty, tune), the largest group of a kind first."""
    kinds = ("all", "metre", "form", "dynasty", "tune")

    def place(name: str) -> tuple[int, float]:
        return kinds.index(name.split()[0]), -float(rows[name]["characters"] or 0)

    return {name: rows[name] for name in sorted(rows, key=place)}
