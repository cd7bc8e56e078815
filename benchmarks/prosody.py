"""Run Tang and Song verse through the checker: share that keeps the rules, and time per check.

    python benchmarks/prosody.py SOURCES [--json]

SOURCES holds npm chinese-poetry 2.0.1, unpacked; see scripts/sources.py.
T4: every rule is kept. T5: a rescued 拗 (大拗对句救) also counts as kept. Both are shares of the
poems whose even lines share a level rhyme. The share of such poems among all poems of the same
shape is printed, too.
"""

import argparse
import json
import re
import sys
import time
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from verse_corpus import Poem, poems, simplified

from charbard.prosody import form_named
from charbard.prosody.check import check
from charbard.prosody.check.regulated import scan
from charbard.prosody.check.rhyme import RhymeEnd, rhyme_groups
from charbard.prosody.check.tones import tone_string

FORMS = {"五绝": (5,) * 4, "七绝": (7,) * 4, "五律": (5,) * 8, "七律": (7,) * 8}


@dataclass(frozen=True)
class Row:
    """Results for one form."""

    form: str
    poems: int
    level_rhyme: float
    t4: float
    t5: float
    free: float
    """Share of strict places whose character can have both tones."""
    check_us: float
    """CPU time in microseconds of one check with the form given."""


def judged(form: str, found: list[Poem], *, limit: int) -> Row:
    """Judge poems of one form, after converting them to simplified characters."""
    lines = [tuple(map(simplified, poem.lines)) for poem in islice(found, limit)]
    rhymed = [each for each in lines if rhymes(each)]
    meters = [scan([tone_string(line, book="pingshui") for line in each]) for each in rhymed]
    shape = form_named(form)
    texts = ["".join(map("{}，{}。".format, each[::2], each[1::2])) for each in lines]
    for text in texts[:200]:
        check(text, shape)
    start = time.process_time()
    reports = [check(text, shape) for text in texts]
    taken = time.process_time() - start
    return Row(
        form=form,
        poems=len(lines),
        level_rhyme=len(rhymed) / len(lines),
        t4=sum(meter.is_regular for meter in meters) / len(rhymed),
        t5=sum(meter.is_legal for meter in meters) / len(rhymed),
        free=sum(each.free for each in reports) / sum(each.fixed for each in reports),
        check_us=taken / len(texts) * 1e6,
    )


def rhymes(lines: tuple[str, ...]) -> bool:
    """Return whether all even lines share a level rhyme."""
    ends = [RhymeEnd(n, line[-1], "平", len(line)) for n, line in enumerate(lines, 1) if n % 2 == 0]
    _, chosen, _ = rhyme_groups(ends, book="pingshui")
    return len(chosen) == len(ends)


def recognised_us(found: list[Poem]) -> float:
    """Return the CPU time in microseconds of a check that has to identify the form."""
    texts = ["，".join(map(simplified, poem.lines)) + "。" for poem in found]
    for text in texts[:200]:
        check(text)
    start = time.process_time()
    for text in texts:
        check(text)
    return (time.process_time() - start) / len(texts) * 1e6


def three_hundred(folder: Path) -> list[Poem]:
    """Return the quatrains and octaves of the 唐诗三百首, as classified by its editor."""
    path = folder / "package" / "dist" / "mengxue" / "tangshisanbaishou.json"
    found = []
    for part in json.loads(path.read_text(encoding="utf-8"))["content"]:
        if part["type"][2:] in ("絕句", "律詩"):
            for row in part["content"]:
                lines = [
                    line for line in re.split("[，。？！；：]", "".join(row["paragraphs"])) if line
                ]
                found.append(Poem(tuple(lines), (), row["chapter"], row["author"]))
    return found


def main() -> None:
    """Print a table for each corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("--limit", type=int, default=20_000, help="poems a form")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    for corpus in ("三百首", "tang", "song"):
        known = corpus == "三百首"
        found = three_hundred(args.sources) if known else list(poems(args.sources, corpus))
        for form, shape in FORMS.items():
            chosen = [poem for poem in found if poem.shape == shape]
            row = judged(form, chosen, limit=args.limit)
            if args.json:
                print(json.dumps({"corpus": corpus, **asdict(row)}, ensure_ascii=False))
            else:
                print(
                    f"| {corpus} | {row.form} | {row.poems} | {row.level_rhyme:.1%} |"
                    f" {row.t4:.1%} | {row.t5:.1%} | {row.free:.1%} | {row.check_us:.0f} |"
                )
        mixed = [poem for poem in found if poem.shape in FORMS.values()][:4000]
        print(f"{corpus}: form recognised in {recognised_us(mixed):.0f} us a poem")


if __name__ == "__main__":
    main()
