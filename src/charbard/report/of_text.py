"""Report on a model of running text, names, songs or other records; `of_verse` covers verse."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from charbard.config import CorpusConfig, SampleOptions, from_dict
from charbard.corpus import Dataset, Record, open_dataset
from charbard.corpus.split import SIDES
from charbard.report.copying import Learned, word_grams
from charbard.report.diversity import distinct, grams_of, repeated
from charbard.report.perplexity import evaluate
from charbard.report.section import Cell, Section, Subject
from charbard.report.writing import write_records, write_running

__all__ = ["TextReport"]

_LENGTH = 600
"""Length of a sample of running text, in characters."""
_LONGEST = 400
_WORDS = re.compile(r"\w+")


class TextReport:
    """Builds the sections of a report; what several sections need is computed once."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._options = subject.options
        self._records = subject.bundle.has_records

    def sections(self) -> Iterator[tuple[str, Section | None]]:
        """Yield (key, section), building each on demand; the section is None without data."""
        makers = {
            "perplexity": self._perplexity,
            "variety": self._variety,
            "novelty": self._novelty,
            "samples": self._samples,
        }
        for key, make in makers.items():
            if key not in self._options.skip:
                yield key, make()

    @cached_property
    def _corpus(self) -> CorpusConfig:
        settings: dict[str, Any] = dict(self._subject.bundle.provenance.get("corpus", {}))
        return from_dict(CorpusConfig, settings)

    @cached_property
    def _sides(self) -> dict[str, list[Record]]:
        """Return side -> its records, split as in training; a running text is one record."""
        vocab = self._subject.bundle.vocab
        data = open_dataset(self._subject.names, self._corpus, vocab=vocab, say=self._subject.say)
        if not self._records:
            return {name: [Record(vocab.decode(data.stream(side)))] for name, side in SIDES.items()}
        return {
            name: [data_record(data, int(index)) for index in data.records(side)]
            for name, side in SIDES.items()
        }

    @cached_property
    def _part(self) -> str:
        """Return the requested side, or the other held-out side if that one is empty."""
        first = self._options.part
        held_out = (first, "validation", "test")
        return next((p for p in held_out if any(r.text for r in self._sides[p])), first)

    @cached_property
    def _held_out(self) -> list[str]:
        return [record.text for record in self._sides[self._part]]

    @cached_property
    def _written(self) -> list[str]:
        subject, options = self._subject, self._options
        how = SampleOptions(temperature=options.temperature)
        subject.say(f"writing {options.texts} texts")
        if not self._records:
            return write_running(
                subject.bundle,
                subject.network,
                options.texts,
                options=how,
                seed=options.seed,
                length=_LENGTH,
            )
        fields = self._given(options.texts)
        return write_records(
            subject.bundle,
            subject.network,
            fields,
            options=how,
            seed=options.seed,
            longest=_LONGEST,
        )

    def _given(self, count: int) -> list[dict[str, str]]:
        """Sample the fields of held-out records; empty fields if there is no text."""
        if not self._subject.names or not self._sides[self._part]:
            return [{}] * count
        rng = np.random.default_rng(self._options.seed)
        chosen = self._sides[self._part]
        return [dict(chosen[place].fields) for place in rng.integers(len(chosen), size=count)]

    def _perplexity(self) -> Section | None:
        if not self._subject.names or not any(self._held_out):
            return None
        rows: dict[str, dict[str, Cell]] = {}
        for letter in "R" if self._records else "AB":
            found = evaluate(
                self._subject.bundle,
                self._subject.names,
                self._corpus,
                protocol=letter,
                part=self._part,
                say=self._subject.say,
            )
            rows[f"protocol {letter}"] = {
                "nats": found.nats_per_char,
                "bits": found.bits_per_char,
                "perplexity": found.perplexity,
                "characters": found.chars,
                "unknown": found.unknown / found.chars,
            }
        return Section(
            key="perplexity",
            title="How well it predicts text it has not seen",
            says="Per character of the held-out side of its own text. A: windows of 256 characters "
            "from a zero state. B: one stream. R: records from a zero state, their end predicted, "
            "their fields given.",
            rows=rows,
            shares=("unknown",),
        )

    def _variety(self) -> Section:
        """Compare equal amounts of generated and of human-written text."""
        written, people = self._written, self._equal(self._written)
        sizes = (1, 2, 3) if self._records else (2, 4, 6)
        rows: dict[str, dict[str, Cell]] = {}
        for name, texts in {"free": written, "by people": people}.items():
            if texts:
                shares: dict[str, Cell] = {f"distinct-{n}": distinct(texts, n) for n in sizes}
                rows[name] = {**shares, "characters": sum(map(len, texts))}
                if self._records:
                    rows[name]["mean length"] = float(np.mean([len(text) for text in texts]))
                    rows[name]["repeated"] = repeated(texts)
        return Section(
            key="variety",
            title="How varied it is",
            says="Share of n-grams of letters that are different from all others, over as much "
            "text by the model as by people; and how many records came twice.",
            rows=rows,
            chart=f"distinct-{sizes[1]}",
        )

    def _equal(self, written: Sequence[str]) -> list[str]:
        if not self._subject.names:
            return []
        if self._records:
            return self._held_out[: len(written)]
        whole = self._held_out[0] if self._held_out else ""
        return [whole[: sum(map(len, written))]]

    def _novelty(self) -> Section | None:
        if not self._subject.names:
            return None
        train = [record.text for record in self._sides["train"]]
        spaced = " " in "".join(train[:1000])
        learned = Learned(train, grams=word_grams if spaced else grams_of)
        known = set(train)
        rows: dict[str, dict[str, Cell]] = {}
        for name, texts in {"free": self._written, "by people": self._held_out}.items():
            rows[name] = dict(learned.copied(texts).rates())
            if self._records:
                rows[name]["whole records"] = sum(t in known for t in texts) / max(1, len(texts))
            if spaced:
                rows[name]["known words"] = _known_words(texts, train)
        return Section(
            key="novelty",
            title="How much it copies",
            says=f"Share of lines, and of four {'words' if spaced else 'characters'} in a row, "
            "that stand verbatim in the text it learned from; people's held-out text sets the "
            "measure.",
            rows=rows,
            shares=("lines", "4-grams", "whole records", "known words"),
            chart="4-grams",
        )

    def _samples(self) -> Section:
        most, written = self._options.samples, self._written
        if self._records:
            most = min(len(written), 10 * most)
            given = [" ".join(fields.values()) for fields in self._given(len(written))[:most]]
            shown = [f"{g} · {t}" if g else t for g, t in zip(given, written, strict=False)]
            texts = {f"the first {most}": shown}
        else:
            texts = {f"the first {most}": written[:most]}
        return Section(
            key="samples",
            title="What it writes",
            says=f"Temperature {self._options.temperature:g}, seed {self._options.seed}; not "
            "selected in any way.",
            texts=texts,
        )


def data_record(data: Dataset, index: int) -> Record:
    """Decode one record of a dataset."""
    fields, _, text = data.record(index)
    decoded = {name: data.vocab.decode(ids) for name, ids in fields.items()}
    return Record(data.vocab.decode(text), decoded)


def _known_words(texts: Sequence[str], train: Sequence[str]) -> float:
    """Return the share of words that occur in the training text."""
    known = {word.lower() for text in train for word in _WORDS.findall(text)}
    words = [word.lower() for text in texts for word in _WORDS.findall(text)]
    return sum(word in known for word in words) / max(1, len(words))
