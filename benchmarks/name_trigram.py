"""Compare a character trigram with a model of names on a separate list of names.

    python benchmarks/name_trigram.py NAMES.txt [--corpus names] [--model names.safetensors]

NAMES.txt holds one full name per line. Given names are predicted from surnames; the result is the
perplexity per character, with and without the end of the name. The model is conditioned on the
modern era, if it was trained with one. The trigram is interpolated modified Kneser-Ney
(`kneser_ney.py`) over surname and given name in one string, learned from the records of `--corpus`
whose split is train. Characters rarer than `--min-count` are replaced by one unknown character. The
trigram scores the names as the kind of record that fits the file best, such as poets' names with
surnames or modern given names without surnames. Given names that are also in the corpus are not
left out; their share is printed.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from kneser_ney import NGram, Symbols

from charbard.bundle import Bundle, load_bundle
from charbard.config import CorpusConfig
from charbard.corpus import Record, find_inputs, read_records
from charbard.report.scoring import Tally, tallies
from charbard.runtime import Model
from charbard.vocab import UNKNOWN, Vocab, count_chars

ORDER = 3
ERA = "今"
WITH_SURNAME = " with surname"
# Surnames of two characters in 百家姓 that are still in use.
_COMPOUND = (
    "万俟司马上官欧阳夏侯诸葛闻人东方赫连皇甫尉迟公羊澹台公冶宗政濮阳淳于单于太叔申屠"
    "公孙仲孙轩辕令狐钟离宇文长孙慕容鲜于闾丘司徒司空南宫西门东郭呼延端木"
)
COMPOUND = frozenset(_COMPOUND[place : place + 2] for place in range(0, len(_COMPOUND), 2))


def split_name(name: str) -> tuple[str, str]:
    """Split a name into surname and given name.

    >>> split_name("欧阳修"), split_name("李白")
    (('欧阳', '修'), ('李', '白'))
    """
    length = 2 if name[:2] in COMPOUND and len(name) > 2 else 1
    return name[:length], name[length:]


def read_names(path: Path) -> list[tuple[str, str]]:
    """Return every distinct name of a file as (surname, given name)."""
    lines = path.read_text(encoding="utf-8-sig").split()
    return [split_name(name) for name in dict.fromkeys(lines) if len(name) > 1]


class Trigram:
    """The baseline. It has beginning symbols for each era, with and without surnames."""

    def __init__(self, records: Sequence[Record], vocab: Vocab | None, min_count: int) -> None:
        whole = [
            Record(
                record.fields.get("surname", "") + record.text,
                {"kind": _kind(record.fields.get("era", ""), "surname" in record.fields)},
            )
            for record in records
        ]
        if vocab is None:
            counts = count_chars(record.text for record in whole)
            vocab = Vocab.from_counts(counts, min_count=min_count)
        self.symbols = Symbols.of(vocab, {record.fields["kind"] for record in whole})
        self._model = NGram(
            self.symbols.text(whole, "kind"),
            order=ORDER,
            predicted=len(vocab),
            symbols=len(vocab) + len(self.symbols.beginnings),
        )

    def score(self, names: Sequence[tuple[str, str]], kind: str, *, with_end: bool) -> Tally:
        """Score all given names as records of this kind."""
        if not kind.endswith(WITH_SURNAME):
            names = [("", given) for _, given in names]
        records = [Record(surname + given, {"kind": kind}) for surname, given in names]
        text = self.symbols.text(records, "kind")
        counted = np.concatenate(
            [[*[False] * (1 + len(s)), *[True] * len(g), with_end] for s, g in names]
        )
        nats = -float(self._model.logp(text)[counted].sum())
        unknown = int((text.tokens_N[counted] == UNKNOWN).sum())
        return Tally(nats, int(counted.sum()), unknown)

    def best(self, names: Sequence[tuple[str, str]], *, with_end: bool) -> Tally:
        """Return the best result over all kinds of record; the test names decide which is best."""
        kinds = self.symbols.beginnings
        tallies = (self.score(names, kind, with_end=with_end) for kind in kinds if kind)
        return min(tallies, key=lambda tally: tally.nats)


def _is_made_up(record: Record) -> bool:
    """Return whether the corpus combined a modern given name with a surname; such repeats would
    distort the discounts."""
    return record.fields.get("era") == ERA and "surname" in record.fields


def _kind(era: str, has_surname: bool) -> str:
    return era + (WITH_SURNAME if has_surname else " given name")


def model_score(bundle: Bundle, names: Sequence[tuple[str, str]], *, with_end: bool) -> Tally:
    """Score given names with a bundle that has the field surname, and possibly era and gender."""
    era = {"era": ERA} if "era" in bundle.vocab.fields else {}
    records = [Record(given, {"surname": surname, **era}) for surname, given in names]
    return sum(tallies(Model(bundle), bundle.vocab, records, only_han=not with_end), start=Tally())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", type=Path)
    parser.add_argument("--corpus", default="names")
    parser.add_argument("--model", type=Path, help="the trigram gets its vocabulary, too")
    parser.add_argument("--min-count", type=int, default=2)
    parser.add_argument("--most", type=int, default=20_000, help="names drawn by lot")
    args = parser.parse_args()
    config = CorpusConfig(format="jsonl", fields=("era", "surname"), split_field="split")
    learned = [
        record
        for record in read_records(find_inputs([args.corpus]), config)
        if record.side == 0 and not _is_made_up(record)
    ]
    names = read_names(args.names)
    order = np.random.default_rng(1).permutation(len(names))[: args.most]
    names = [names[place] for place in order]
    known = {record.text for record in learned}
    bundle = load_bundle(args.model) if args.model else None
    vocab = None if bundle is None else Vocab(bundle.vocab.chars)
    trigram = Trigram(learned, vocab, args.min_count)
    for with_end in (False, True):
        row: dict[str, object] = {
            "names": len(names),
            "counted": "characters and end" if with_end else "characters",
            "given name in the corpus": f"{sum(g in known for _, g in names) / len(names):.1%}",
        }
        scores = {"trigram": trigram.best(names, with_end=with_end)}
        if bundle is not None:
            scores["model"] = model_score(bundle, names, with_end=with_end)
        for name, tally in scores.items():
            row[f"{name} perplexity"] = round(float(np.exp(tally.nats / tally.chars)), 1)
            row[f"{name} unknown"] = f"{tally.unknown / tally.chars:.2%}"
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
