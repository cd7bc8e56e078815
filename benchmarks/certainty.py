"""Verify that every poem keeps its form: ten thousand poems per form, judged by the checker.

    python benchmarks/certainty.py MODEL [--poems 10000] [--forms 五绝,七绝|all] [--rows OUT.jsonl]

With `--forms all`, every form and tune is written, and its poems are spread over all of its
variants. A row is appended to OUT.jsonl whenever a form is finished, and a form with a row there is
skipped, so an interrupted run can be resumed.

Half of the poems are requested with only a form, or with a rhyme. The other half are requested with
random acrostics (heads, ends, diagonal), random locked characters or both. An infeasible random
request must be refused with an error that names the conflicting parts. The nearest feasible request
is then written instead, so nothing is left out. Rare readings (the checker's notes) and unusual
doubled characters are also counted, except those that were given. The checker shares only its
tables with the writer. Given characters are compared here, one by one.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from charbard.bundle import load_bundle
from charbard.config import VerseOrder
from charbard.errors import ConflictError, OptionError
from charbard.prosody import form_named, forms
from charbard.prosody.book import common_chars
from charbard.prosody.check import check
from charbard.prosody.conflict import open_groups
from charbard.prosody.doubled import doubled_at
from charbard.prosody.spec import FormSpec, Lock
from charbard.runtime.quant import ByteModel
from charbard.writer import Poem, VerseWriter
from charbard.writer.verse.request import Lexicons

FORMS = "五绝,七绝,五律,七律,五排,七古绝,浣溪沙,菩萨蛮,西江月,蝶恋花,水调歌头,沁园春"
SAME = 32
"""Maximum number of poems per request."""
PATHS = ("head", "tail", "diagonal")


class OrderGenerator:
    """Generator of random orders, reproducible by seed."""

    def __init__(self, writer: VerseWriter, name: str, seed: int) -> None:
        self.form = form_named(name)
        self.writer = writer
        self.rng = np.random.default_rng([seed, *name.encode()])
        self.lexicon = Lexicons(writer.bundle)(self.form.book)
        self.refused = 0

    def orders(self, poems: int, variants: Sequence[str | None] = (None,)) -> Iterator[VerseOrder]:
        """Yield orders for this many poems; every second order has given characters.

        Args:
            poems: Number of poems, rounded up to full orders.
            variants: Variants, each requested in a plain order and in one with given characters.
        """
        orders = max(-(-poems // SAME), 2 * len(variants))
        for number in range(orders):
            base = VerseOrder(
                form=self.form.name,
                titled=False,
                variant=variants[number // 2 % len(variants)],
                candidates=-(-poems // orders),
                drafts=1,
                seed=number,
                temperature=1.0,
            )
            yield self.possible(self.given(base) if number % 2 else self.plain(base))

    def plain(self, base: VerseOrder) -> VerseOrder:
        rhymes = self.rhymes(base.variant)
        if self.rng.random() < 0.5 or not rhymes:
            return base
        return replace(base, rhyme=str(self.rng.choice(rhymes)))

    def rhymes(self, variant: str | None) -> tuple[str, ...]:
        """Return the rhymes that can be requested."""
        spec = FormSpec(form=self.form, book=self.form.book, variant=variant)
        return tuple(open_groups(spec, self.lexicon))

    def given(self, base: VerseOrder) -> VerseOrder:
        what = int(self.rng.integers(3))  # 0: an acrostic, 1: locks, 2: both
        name = base.variant or self.form.variants[0].name
        lengths = self.form.variant_named(name).lengths
        what = 1 if len(lengths) == 1 else what
        if what != 1:
            size = int(self.rng.integers(2, min(len(lengths), 8) + 1))
            path = str(self.rng.choice(PATHS))
            if min(lengths) == 1:  # 十六字令 is too narrow
                path = path.replace("diagonal", "head")
            if path == "diagonal":
                size = min(size, *lengths)
            base = replace(base, acrostic=self.chars(size), acrostic_at=path)
        if what != 0:
            places = [(n, p) for n, length in enumerate(lengths) for p in range(length)]
            picked = self.rng.choice(len(places), int(self.rng.integers(1, 5)), replace=False)
            locks = tuple(
                f"{places[at][0] + 1}.{places[at][1] + 1}={self.chars(1)}" for at in picked
            )
            base = replace(base, locks=locks)
        return base

    def chars(self, size: int) -> str:
        return "".join(self.rng.choice(list(common_chars()[:1500]), size, replace=False))

    def possible(self, order: VerseOrder) -> VerseOrder:
        """Return the order, or the nearest feasible order if the writer refuses it."""
        try:
            self.writer.request(order)
        except ConflictError as error:
            near = error.nearby
            if not error.conflicts or not isinstance(near, FormSpec):
                raise SystemExit(f"refused without a reason and a way out: {order}") from None
            self.refused += 1
            kept = tuple(f"{lock.line + 1}.{lock.place + 1}={lock.char}" for lock in near.locks)
            order = replace(order, acrostic="", locks=kept, variant=near.variant)
            order = order if any(near.rhyme) else replace(order, rhyme="")
        except OptionError:  # the acrostic is longer than a line
            return self.possible(replace(order, acrostic_at="head"))
        return order


def faults(poem: Poem, order: VerseOrder, locks: tuple[Lock, ...]) -> Iterator[str]:
    """Yield a description of each fault of a poem."""
    # A text can keep two variants, so it is judged by the variant in which it was written.
    report = check(poem.text, order.form, variant=poem.variants[0], rhyme=order.rhyme or None)
    if not report.is_kept:
        yield f"form: {[finding.rule for finding in report.violations]}"
    elif report.kind == "近体诗" and not report.is_strict:
        yield "kept by rescue only"
    given = {(lock.line, lock.place) for lock in locks}
    for note in report.notes:
        if note.rule == "rare" and note.place and (note.line - 1, note.place - 1) not in given:
            yield f"rare reading of {poem.lines[note.line - 1][note.place - 1]}"
    for line, place in doubles(poem.lines):
        allowed = doubled_at(report.kind or "", len(poem.lines[line]), place)
        is_given = {(line, place), (line, place + 1)} & given
        if not is_given and allowed is not None and poem.lines[line][place] not in allowed:
            yield f"stutter: {poem.lines[line]}"
    for lock in locks:
        if poem.lines[lock.line][lock.place] != lock.char:
            yield f"{lock} is not there"


def doubles(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the line and place of each character that occurs again at the next place."""
    for number, line in enumerate(lines):
        for place, (char, after) in enumerate(pairwise(line)):
            if char == after:
                yield number, place


def row_of(writer: VerseWriter, name: str, poems: int, *, every: bool) -> dict[str, Any]:
    """Write poems of a form and count their faults.

    Args:
        every: Whether to write each variant of the form in turn; otherwise the writer chooses.
    """
    started, source, wrong, count = time.time(), OrderGenerator(writer, name, 1), Counter[str](), 0
    distinct = set()
    variants = [variant.name for variant in source.form.variants] if every else [None]
    for order in source.orders(poems, variants):
        locks = writer.request(order).spec.locks
        for poem in writer.verse(order):
            count += 1
            distinct.add(poem.text)
            for fault in faults(poem, order, locks):
                wrong[fault] += 1
                if wrong.total() <= 3:
                    print(f"{name}: {fault}: {poem.text}", file=sys.stderr)
    return {
        "form": name,
        "variants": len(variants) if every else None,
        "poems": count,
        "faults": wrong.total(),
        "distinct": len(distinct),
        "rare": sum(n for fault, n in wrong.items() if fault.startswith("rare")),
        "stutters": sum(n for fault, n in wrong.items() if fault.startswith("stutter")),
        "refused": source.refused,
        "seconds": round(time.time() - started, 1),
    }


def names_of_all() -> list[str]:
    """Return the names of all forms, shortest first, so that most are finished early."""
    return [form.name for form in sorted(forms(), key=lambda form: form.variants[0].line_ends[-1])]


def rows_in(path: Path | None) -> dict[str, dict[str, Any]]:
    """Read the rows of an earlier run, keyed by form."""
    if path is None or not path.exists():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["form"]: row for row in rows}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("--poems", type=int, default=10_000)
    parser.add_argument("--forms", default=FORMS)
    parser.add_argument("--rows", type=Path)
    options = parser.parse_args()
    bundle = load_bundle(options.model)
    writer = VerseWriter(bundle, ByteModel(bundle, threads=1))
    every = options.forms == "all"
    rows = rows_in(options.rows)
    for name in names_of_all() if every else options.forms.split(","):
        if name in rows:
            continue
        rows[name] = row_of(writer, name, options.poems, every=every)
        line = json.dumps(rows[name], ensure_ascii=False)
        print(line, flush=True)
        if options.rows:
            with options.rows.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    total = Counter[str]()
    for row in rows.values():
        total.update({what: row[what] for what in ("poems", "faults", "rare", "refused")})
    print(json.dumps({"forms": len(rows), **total}))
    raise SystemExit(1 if total["faults"] else 0)


if __name__ == "__main__":
    main()
