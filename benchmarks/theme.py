"""Measure whether generated and human-written poems are about their titles, which are held out.

    python benchmarks/theme.py [--model verse] [--form 七绝] [--titles 200] [--seed 0]
        [--set NAME=VALUE]... [--variant "[LABEL:] NAME=VALUE ..."]... [--from FILE.json]...
        [--pairs FILE.json] [--json]

NAME is any setting of a poem, such as temperature or candidates. Each --variant adds a row; --set
applies to all rows; without variants there is one row with the defaults. With --from, poems written
elsewhere, as [[title, text], ...], are judged instead. --pairs saves each human-written poem
together with the first choices for its title, for a blind reading. `figures` in theme_measure.py
defines the figures.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from theme_measure import AMONG, TitledPoems, counts_of_corpus, figures

from charbard.cli.options import parse_assignments
from charbard.config import VerseOrder, from_dict
from charbard.corpus.registry import required
from charbard.corpus.split import lines_in
from charbard.corpus.verse import Poem, read_poems
from charbard.errors import CharbardError, OptionError
from charbard.prosody.poem import is_han
from charbard.writer import VerseWriter

TITLE_CHARS = range(2, 8)
PEOPLE = "people"
OWN_SETTINGS = ("form", "theme", "seed")
COLUMNS = ("recognised", "title character", "unseen pairs", "distinct-2", "repeats")
PROGRESS_S = 10.0


@dataclass
class Row:
    """The poems written with one group of settings, and additional measurements."""

    name: str
    shown: list[tuple[str, Sequence[str]]]
    """Every candidate, as (title, lines)."""
    first: dict[str, str] = field(default_factory=dict)
    """The best candidate for each title, with marks."""
    measured: dict[str, float] = field(default_factory=dict)


def held_out(forms: Sequence[str], count: int, seed: int) -> list[Poem]:
    """Choose held-out, human-written poems with distinct titles, reproducible by seed.

    Raises:
        OptionError: A form has no such poems.
    """
    found: dict[str, dict[str, Poem]] = {form: {} for form in forms}
    for poem in all_poems():
        if poem.split == "heldout" and poem.form in found and _is_usable(poem.title):
            found[poem.form].setdefault(poem.title, poem)
    chosen: dict[str, Poem] = {}
    for number, (form, poems) in enumerate(found.items()):
        share = count // len(forms) + (number < count % len(forms))
        titles = sorted(poems.keys() - chosen.keys())
        if not titles:
            raise OptionError(f"no held-out poem is a {form!r}", hint="七绝, 五绝, 五律 or 七律")
        if len(titles) < share:
            say(f"only {len(titles)} titles of {form} are held out")
        picked = random.Random(seed).sample(titles, min(share, len(titles)))
        chosen |= {title: poems[title] for title in picked}
    return list(chosen.values())


def all_poems() -> Iterator[Poem]:
    """Yield the whole verse corpus.

    Raises:
        CorpusError: The corpus is not built.
    """
    return read_poems(required("verse").path)


def _is_usable(title: str) -> bool:
    return len(title) in TITLE_CHARS and all(map(is_han, title))


def variants(shared: Sequence[str], given: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Map the label of each variant to its settings."""
    everywhere = parse_assignments(shared)
    found = {}
    for text in given or [" ".join(shared) or "default"]:
        label, colon, settings = text.rpartition(":")
        parts = [part for part in (settings if given else "").split() if part != "default"]
        found[label.strip() if colon else text] = everywhere | parse_assignments(parts)
    for each in found.values():
        if own := [name for name in OWN_SETTINGS if name in each]:
            raise OptionError(f"{own[0]} is not for --set", hint="say --form and --seed instead")
        from_dict(VerseOrder, each)
    return found


def written(
    writer: VerseWriter, poems: Sequence[Poem], name: str, settings: Mapping[str, Any]
) -> Row:
    """Write poems on every title, and time them."""
    row, began = Row(name, []), time.monotonic()
    told = began
    for number, poem in enumerate(poems):
        mine = {"form": poem.form, "theme": poem.title, "seed": number}
        order = from_dict(VerseOrder, {**settings, **mine})
        candidates = writer.verse(order)
        row.first[poem.title] = candidates[0].text
        row.shown += [(poem.title, one.lines) for one in candidates]
        if time.monotonic() - told > PROGRESS_S:
            told = time.monotonic()
            say(f"{name}: {number + 1} of {len(poems)} titles")
    row.measured["seconds a title"] = round((time.monotonic() - began) / len(poems), 3)
    return row


def read_given(path: Path) -> Row:
    """Read poems written elsewhere.

    Raises:
        OptionError: The file contains something else.
    """
    try:
        pairs = [(str(title), str(text)) for title, text in json.loads(path.read_bytes())]
    except (OSError, ValueError, TypeError) as error:
        raise OptionError(
            f"cannot read {str(path)!r}: {error}", hint="[[title, text], ...] in UTF-8"
        ) from None
    row = Row(path.stem, [(title, lines_in(text)) for title, text in pairs])
    for title, text in pairs:
        row.first.setdefault(title, text)
    return row


def rows_of(args: argparse.Namespace, poems: Sequence[Poem]) -> Iterator[Row]:
    """Yield a row for each file of poems, or for each variant if there are no files."""
    if args.given:
        yield from map(read_given, args.given)
        return
    writer = VerseWriter.open(args.model)
    for name, settings in variants(args.set, args.variant).items():
        yield written(writer, poems, name, settings)


def judged(rows: Sequence[Row], poems: Sequence[Poem]) -> dict[str, dict[str, float]]:
    """Return the figures of each row: over all candidates and, if a title has several, also over
    only the first choices."""
    counts, pool = counts_of_corpus(), [poem.title for poem in poems]
    titles = {title for row in rows for title, _ in row.shown}
    people: TitledPoems = [(poem.title, poem.lines) for poem in poems if poem.title in titles]
    found = {PEOPLE: figures(people, pool, counts)} if people else {}
    for row in rows:
        found[row.name] = figures(row.shown, pool, counts) | row.measured
        first = [(title, lines_in(text)) for title, text in row.first.items()]
        if len(first) < len(row.shown):
            found[f"{row.name}, first choice"] = figures(first, pool, counts)
    return found


def pairs_of(rows: Sequence[Row], poems: Sequence[Poem]) -> list[tuple[str, dict[str, str]]]:
    """Return (title, texts) for each title.

    The texts are the human-written poem under `human`, and each row's first choice under the row's
    name.
    """
    return [
        (
            p.title,
            {"human": p.text} | {r.name: r.first[p.title] for r in rows if p.title in r.first},
        )
        for p in poems
    ]


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures as a Markdown table."""
    lines = [f"| | poems | {' | '.join(COLUMNS)} |", "|---" + "|---:" * (len(COLUMNS) + 1) + "|"]
    for name, values in found.items():
        shares = " | ".join(f"{100 * values[column]:.1f} %" for column in COLUMNS)
        lines.append(f"| {name} | {values['poems']} | {shares} |")
    return "\n".join(lines)


def say(message: str) -> None:
    """Print progress."""
    print(message, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", default="verse")
    parser.add_argument("--form", default="七绝", help="or several, with commas between them")
    parser.add_argument("--titles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="which titles")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--variant", action="append", default=[])
    parser.add_argument("--from", dest="given", type=Path, action="append")
    parser.add_argument("--pairs", type=Path, metavar="FILE.json")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    try:
        if args.titles < AMONG:
            raise OptionError(
                f"--titles must be at least {AMONG}, got {args.titles}",
                hint=f"a poem is recognised among {AMONG} titles",
            )
        poems = held_out(args.form.split(","), args.titles, args.seed)
        rows = list(rows_of(args, poems))
        found = judged(rows, poems)
    except CharbardError as error:
        raise SystemExit(f"Error: {error}\nHint: {error.hint}") from None
    if args.pairs:
        args.pairs.write_text(
            json.dumps(pairs_of(rows, poems), ensure_ascii=False, indent=1), encoding="utf-8"
        )
    print(json.dumps(found, ensure_ascii=False, indent=1) if args.json else table(found))


if __name__ == "__main__":
    main()
