"""The verse corpus: from the package's files to records, with a count of everything left out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charbard.corpus.heldout import own_list
from charbard.corpus.split import TEST, TRAIN, VALIDATION, Clusters
from charbard.corpus.verse.clean import Unusable, cleaned_text, cleaned_title, regular_marks
from charbard.corpus.verse.forms import form_of
from charbard.corpus.verse.gather import Gathered, RawPoem, gather
from charbard.corpus.verse.poem import Poem, lines_of, to_json
from charbard.corpus.verse.popularity import Popularity
from charbard.corpus.verse.script import simplified
from charbard.corpus.verse.tunes import known_tunes, tune_of_ci, tune_of_qu

__all__ = ["NEAR_COPY", "SHARES", "build_verse"]

SHARES = {"validation": 0.02, "test": 0.02}
"""Of the clusters; the rest trains, but for what is held out."""
NEAR_COPY = 0.75
"""A poem with this share of its lines in another one adds nothing and is left out."""
_SPLIT_NAMES = {TRAIN: "train", VALIDATION: "validation", TEST: "test"}
_LEAST_LINES = 2


def build_verse(
    source: Path,
    target: Path,
    *,
    exclude: NDArray[np.uint64] | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> dict[str, Any]:
    """Write the records and report what became of every poem of the source.

    Args:
        source: Archive, unpacked package or clone.
        target: The records file to write.
        exclude: Digests of more lines to hold out, beside the package's own list.
        say: Told of each step.

    Raises:
        CorpusError: The source is damaged or of another version.
    """
    say(f"reading {source.name}")
    report: Counter[tuple[str, str]] = Counter()
    say("cleaning")
    poems = list(_usable(gather(source), report))
    say(f"looking for copies among {len(poems)} poems")
    poems, clusters = _without_copies(poems, report)
    held = clusters.holding(own_list() if exclude is None else np.union1d(own_list(), exclude))
    return _write(target, poems, clusters, held, report)


def _usable(gathered: Gathered, report: Counter[tuple[str, str]]) -> Iterator[Poem]:
    """Cleaned poems, none with the text of an earlier one."""
    popularity = Popularity.of(gathered)
    tunes = known_tunes(
        entry["title"] for name in gathered.named("yuanqu/.*") for entry in gathered.files[name]
    )
    seen: set[int] = set()
    for raw in gathered.poems():
        group = f"{raw.dynasty}{raw.kind}"
        report[group, "in the source"] += 1
        try:
            poem = _poem(raw, tunes)
        except Unusable as reason:
            report[group, str(reason)] += 1
            continue
        text = hash("".join(poem.lines))
        if text in seen:
            report[group, "the same text again"] += 1
            continue
        seen.add(text)
        if raw.flags:
            report[group, "flagged as doubtful, mended"] += 1
        yield replace(poem, popularity=popularity.get(raw))


def _poem(raw: RawPoem, tunes: frozenset[str]) -> Poem:
    joined = "".join(raw.paragraphs)
    if "。" not in joined:  # some books leave out the mark that ends a line of print
        joined = "。".join(raw.paragraphs) + "。"
    text, title = simplified(cleaned_text(joined, songs=raw.kind == "曲")), raw.title
    lines = lines_of(text)
    if len(lines) < _LEAST_LINES:
        raise Unusable("a single line")
    form = form_of(lines)
    if raw.kind == "词" and form != "句":
        form = tune_of_ci(raw.tune) or "失调名"
    elif raw.kind == "曲":
        form, title = tune_of_qu(title, tunes)
    elif raw.kind == "诗" and len(lines) % 2 == 0 and form not in ("杂言", "句"):
        text = regular_marks(lines)
    return Poem(
        id=raw.id,
        kind=raw.kind,
        dynasty=raw.dynasty,
        author=simplified(cleaned_title(raw.author)),
        title=simplified(cleaned_title(title)),
        form=simplified(form),
        text=text,
        tags=tuple(simplified(tag) for tag in raw.tags),
    )


def _without_copies(
    poems: list[Poem], report: Counter[tuple[str, str]]
) -> tuple[list[Poem], Clusters]:
    every = _clusters(poems)
    copies = every.copies(NEAR_COPY)
    for poem, copy in zip(poems, copies, strict=True):
        if copy:
            report[f"{poem.dynasty}{poem.kind}", "nearly the text of another"] += 1
    kept = [poem for poem, copy in zip(poems, copies, strict=True) if not copy]
    return kept, _clusters(kept)


def _clusters(poems: list[Poem]) -> Clusters:
    clusters = Clusters()
    for poem in poems:
        clusters.add(poem.text.replace("、", ""))
    return clusters


def _write(
    target: Path,
    poems: list[Poem],
    clusters: Clusters,
    held: NDArray[np.bool_],
    report: Counter[tuple[str, str]],
) -> dict[str, Any]:
    """Clusters that hold a held-out line are held out whole; the others go to their sides."""
    roots, sides = clusters.roots, clusters.sides(**SHARES)
    held = np.isin(roots, roots[held])
    forms: Counter[tuple[str, str]] = Counter()
    splits: Counter[str] = Counter()
    with target.open("w", encoding="utf-8") as file:
        for place, poem in enumerate(poems):
            split = "heldout" if held[place] else _SPLIT_NAMES[int(sides[place])]
            done = replace(poem, cluster=int(roots[place]), split=split)
            file.write(to_json(done) + "\n")
            splits[split] += 1
            group = f"{poem.dynasty}{poem.kind}"
            report[group, "kept"] += 1
            forms[group, poem.form if poem.kind != "曲" else "曲"] += 1
    return {
        "records": len(poems),
        "clusters": len(np.unique(roots)),
        "splits": dict(splits),
        "cleaning": _nested(report),
        "forms": _nested(forms),
        "characters": sum(len("".join(poem.lines)) for poem in poems),
    }


def _nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """{group: {what: count}}, the largest first."""
    nested: dict[str, dict[str, int]] = {}
    for (group, what), count in sorted(counts.items(), key=lambda item: -item[1]):
        nested.setdefault(group, {})[what] = count
    return nested
