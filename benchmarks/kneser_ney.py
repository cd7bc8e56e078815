"""The count-based baseline for verse: a modified Kneser-Ney 5-gram over characters, in NumPy.

    python benchmarks/kneser_ney.py verse.jsonl [--order 5] [--min-count 2 | --like BUNDLE] [--json]

The model is trained on the records whose split is train, and scored by protocol V (report.verse) on
the records of `--part`, so only Chinese characters count and the form is given. The form is the
symbol that every poem begins with, so the first four characters have it in context. The model is
interpolated at every order down to the uniform distribution over the vocabulary. Characters rarer
than `--min-count` are learned and scored as one unknown character.

Source: Chen, Goodman 1998, "An empirical study of smoothing techniques for language modeling",
section 3; n-grams that begin a record keep their raw counts, as nothing can precede them.

Names in this file: N tokens of a text, S symbols (predicted ones first), G distinct n-grams.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import load_bundle
from charbard.corpus import Record
from charbard.prosody.poem import is_han
from charbard.report.perplexity import Perplexity
from charbard.report.scoring import Tally
from charbard.report.verse import measured, read_verse
from charbard.vocab import END, UNKNOWN, Vocab, count_chars

__all__ = ["NGram", "NGramText", "Symbols", "line", "score_with"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NGramText:
    """Concatenated records, each preceded by its beginning symbol."""

    tokens_N: Ints
    place_N: Ints
    """Position of each token in its record; 0 is the beginning, which is never predicted."""


@dataclass(frozen=True)
class Symbols:
    """The vocabulary, followed by one beginning symbol for each kind of record."""

    vocab: Vocab
    beginnings: dict[str, int]

    @classmethod
    def of(cls, vocab: Vocab, kinds: Iterable[str]) -> "Symbols":
        """Add a beginning symbol for each of these kinds, and one for records without a kind."""
        names = ["", *sorted(set(kinds) - {""})]
        return cls(vocab, {name: len(vocab) + place for place, name in enumerate(names)})

    def text(self, records: Sequence[Record], kind: str) -> NGramText:
        """Encode records; `kind` names the field that determines their beginning symbol."""
        rows = []
        for record in records:
            begin = self.beginnings.get(record.fields.get(kind, ""), self.beginnings[""])
            rows.append(np.concatenate([[begin], self.vocab.encode(record.text), [END]]))
        sizes = np.array([len(row) for row in rows])
        starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
        tokens = np.concatenate(rows).astype(np.int64)
        return NGramText(tokens, np.arange(len(tokens)) - starts)


@dataclass(frozen=True)
class _Level:
    """The probabilities of n-grams of one length."""

    keys_G: Ints
    """Sorted keys: id of the context among the shorter n-grams, times S, plus the character."""
    mass_G: Floats
    """Discounted share of each count in its context's total."""
    back_off: Floats
    """Back-off weight by context id; 1 where the context was never seen."""


class NGram:
    """A modified Kneser-Ney model. All counting is done by sorting."""

    def __init__(self, text: NGramText, *, order: int, predicted: int, symbols: int) -> None:
        """Count the n-grams of a text.

        Args:
            text: Training text.
            order: Longest n-gram.
            predicted: Symbols with ids below this are predicted; the others begin records.
            symbols: Number of symbols, S.
        """
        self._symbols, self._predicted = symbols, predicted
        self._levels: list[_Level] = []
        keys, counts = np.arange(symbols), np.bincount(text.tokens_N, minlength=symbols)
        grams_N, begins_G = text.tokens_N, keys >= predicted
        contexts_G, contexts = np.zeros(symbols, np.int64), 1
        for length in range(1, order + 1):
            longer = None
            if length < order:
                longer = _longer(text, grams_N, length + 1, symbols)
                suffixes_G = grams_N[longer.sample_G]
                continuations = np.bincount(suffixes_G, minlength=len(keys))
                counts = np.where(begins_G, counts, continuations)
            if length == 1:
                counts = np.where(keys < predicted, counts, 0)
            self._levels.append(_discounted(keys, counts, contexts_G, contexts))
            if longer is not None:
                contexts_G, contexts = grams_N[longer.sample_G - 1], len(keys)
                keys, counts = longer.keys_G, longer.counts_G
                begins_G = text.place_N[longer.sample_G] == length
                grams_N = longer.grams_N

    def logp(self, text: NGramText) -> Floats:
        """Return the natural log-probability of each token; 0 for beginnings."""
        first = self._levels[0]
        tokens = text.tokens_N
        p_N = first.mass_G[tokens] + first.back_off[0] / self._predicted
        grams_N = tokens
        for length, level in enumerate(self._levels[1:], 2):
            context_N = np.full(len(tokens), -1)
            context_N[1:] = grams_N[:-1]
            context_N[text.place_N < length - 1] = -1
            known = np.flatnonzero(context_N >= 0)
            gram = _found(level.keys_G, context_N[known] * self._symbols + tokens[known])
            mass = np.where(gram >= 0, level.mass_G[np.maximum(gram, 0)], 0.0)
            p_N[known] = mass + level.back_off[context_N[known]] * p_N[known]
            grams_N = np.full(len(tokens), -1)
            grams_N[known] = gram
        return np.where(text.place_N > 0, np.log(np.maximum(p_N, 1e-300)), 0.0)


@dataclass(frozen=True)
class _Grams:
    """Every distinct n-gram of one length."""

    keys_G: Ints
    sample_G: Ints
    """Position at which one occurrence of each n-gram ends."""
    counts_G: Ints
    grams_N: Ints
    """Id of the n-gram that ends at each token; -1 if the record is too short."""


def _longer(text: NGramText, shorter_N: Ints, length: int, symbols: int) -> _Grams:
    ends = np.flatnonzero(text.place_N >= length - 1)
    keys = shorter_N[ends - 1] * symbols + text.tokens_N[ends]
    distinct, first, inverse, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    grams_N = np.full(len(text.tokens_N), -1)
    grams_N[ends] = inverse
    return _Grams(distinct, ends[first], counts, grams_N)


def _discounted(keys_G: Ints, counts_G: Ints, contexts_G: Ints, contexts: int) -> _Level:
    """Apply the three discounts of Chen and Goodman; the freed mass goes to shorter n-grams."""
    of = [max(1, int((counts_G == number).sum())) for number in range(5)]
    y = of[1] / (of[1] + 2 * of[2])
    cuts = np.array([0.0, *(n - (n + 1) * y * of[n + 1] / of[n] for n in (1, 2, 3))])
    cut_G = np.clip(cuts, 0.0, [0.0, 1.0, 2.0, 3.0])[np.minimum(counts_G, 3)]
    total = np.bincount(contexts_G, counts_G, minlength=contexts)
    taken = np.bincount(contexts_G, cut_G, minlength=contexts)
    seen = total > 0
    mass_G = (counts_G - cut_G) / np.maximum(total, 1)[contexts_G]
    return _Level(keys_G, mass_G, np.where(seen, taken / np.maximum(total, 1), 1.0))


def _found(keys_G: Ints, wanted: Ints) -> Ints:
    """Return the index of each wanted key among the sorted keys, or -1."""
    place = np.minimum(np.searchsorted(keys_G, wanted), len(keys_G) - 1)
    found: Ints = np.where(keys_G[place] == wanted, place, -1)
    return found


def score_with(
    model: NGram, symbols: Symbols, records: Sequence[Record], kind: str, *, only_han: bool = True
) -> list[Tally]:
    """Return one tally per record: of its Chinese characters, or of every character and the
    end."""
    text = symbols.text(records, kind)
    counted_N = text.place_N > 0
    if only_han:
        han = [[False, *map(is_han, record.text), False] for record in records]
        counted_N = np.concatenate(han)
    starts = np.flatnonzero(text.place_N == 0)
    nats = np.add.reduceat(np.where(counted_N, -model.logp(text), 0.0), starts)
    chars = np.add.reduceat(counted_N.astype(np.int64), starts)
    unknown = np.add.reduceat((counted_N & (text.tokens_N == UNKNOWN)).astype(np.int64), starts)
    rows = zip(nats.tolist(), chars.tolist(), unknown.tolist(), strict=True)
    return [Tally(*row) for row in rows]


def line(name: str, found: Perplexity) -> str:
    """Return one result as a line of text."""
    rate = found.unknown / found.chars
    return f"{name:24} {found.perplexity:9.2f}  {found.chars:9,} characters, {rate:.3%} unknown"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("verse")
    parser.add_argument("--order", type=int, default=5)
    parser.add_argument("--part", default="test")
    parser.add_argument("--forms", nargs="*", help="learn from and score these forms only")
    parser.add_argument("--min-count", type=int, default=1)
    parser.add_argument("--like", type=Path, help="a bundle whose vocabulary to use")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    began = time.monotonic()

    def chosen(part: str) -> list[Record]:
        records = read_verse([args.verse], part)
        return [r for r in records if not args.forms or r.fields.get("form") in args.forms]

    learned = chosen("train")
    counts = count_chars(record.text for record in learned)
    vocab = Vocab.from_counts(counts, min_count=args.min_count)
    if args.like:
        vocab = Vocab(load_bundle(args.like).vocab.chars)
    symbols = Symbols.of(vocab, (record.fields.get("form", "") for record in learned))
    text = symbols.text(learned, "form")
    size = len(vocab) + len(symbols.beginnings)
    model = NGram(text, order=args.order, predicted=len(vocab), symbols=size)
    counted_s = time.monotonic() - began
    found = measured(chosen(args.part), lambda told: score_with(model, symbols, told, "form"))
    facts = {
        "model": f"modified Kneser-Ney {args.order}-gram",
        "tokens": len(text.tokens_N),
        "vocabulary": len(vocab.chars),
        "seconds": round(counted_s, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if args.json:
        scores = {name: round(group.perplexity, 3) for name, group in found.groups.items()}
        print(
            json.dumps({**facts, "all": round(found.perplexity, 3), **scores}, ensure_ascii=False)
        )
        return
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    for name, group in {"all": found, **found.groups}.items():
        if not name.startswith("tune "):
            print(line(name, group))


if __name__ == "__main__":
    main()
