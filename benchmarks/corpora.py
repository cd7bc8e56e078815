"""Benchmark the verse corpus: build time, speed of novelty queries, how often poets repeat others.

python benchmarks/corpora.py build PATH  time of a fresh build; PATH is poetry-source
python benchmarks/corpora.py mended      50 lines of 词 before and after correction
python benchmarks/corpora.py novelty     how often poets repeat others, in the built corpus
python benchmarks/corpora.py speed       time of queries about one poem
python benchmarks/corpora.py popularity  which search engine best identifies 唐诗三百首
"""

import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from charbard.corpora.fetch import fetch
from charbard.corpora.sources import CHINESE_POETRY
from charbard.corpora.verse.gather import gather
from charbard.corpora.verse.same_ci import changed_lines
from charbard.corpus.registry import built
from charbard.corpus.verse import Poem, read_poems
from charbard.novelty.lines import known_lines
from charbard.novelty.spans import GRAM, open_spans

SAMPLE = 1000


def build() -> None:
    """Measure a build and a repeated build, in each of two new caches, and compare the files."""
    package, second = fetch(CHINESE_POETRY), Path(sys.argv[2])
    digests = set()
    for _ in range(2):
        with TemporaryDirectory() as cache:
            _build_twice([package, second], cache)
            digests |= {
                file.read_bytes() for file in Path(cache).glob("corpora/verse.*/about.json")
            }
    print("the same bytes" if len(digests) == 1 else "DIFFERENT BYTES")


def _build_twice(sources: Sequence[Path], cache: str) -> None:
    given = [word for path in sources for word in ("--from", str(path))]
    for what in ("build", "again"):
        command = [sys.executable, "-m", "charbard", "corpus", "build", "verse", *given]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        environment = {**os.environ, "CHARBARD_CACHE": cache}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{what}: {time.monotonic() - start:.1f} s,"
            f" {after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime:.1f} s of"
            f" processor, {after.ru_maxrss / 1e6:.2f} GB at most"
        )


def mended() -> None:
    """Count the 词 lines that poetry-source's version replaced; print some before and after."""
    core = {poem.id: poem for poem in read_poems(_built("verse-core")) if poem.kind == "词"}
    changed = [
        (poem.author, poem.form, before, after)
        for poem in read_poems(_built("verse"))
        if poem.mended_from
        for before, after in changed_lines(core[poem.id], poem)
    ]
    print(f"{len(changed)} lines")
    for row in random.Random(5).sample(changed, 50):
        print(*row)


def novelty() -> None:
    """Measure how many lines and 4-grams of held-out poems occur in training poems."""
    path = _verse()
    poems = [poem for poem in read_poems(path) if poem.kind == "诗"]
    train = [poem for poem in poems if poem.split == "train"]
    print("| held-out poems | lines / grams | lines known | grams known |\n|---|---|---|---|")
    for against, others in (
        ("Tang", [poem for poem in train if poem.dynasty == "唐"]),
        ("all verse", [poem for poem in read_poems(path) if poem.split == "train"]),
    ):
        lines, grams = _all(others)
        for dynasty in ("唐", "宋"):
            for width in (5, 7):
                mine = [
                    line
                    for poem in poems
                    if poem.split in ("validation", "test") and poem.dynasty == dynasty
                    for line in poem.lines
                    if len(line) == width
                ]
                parts = [gram for line in mine for gram in _grams(line)]
                print(
                    f"| {dynasty}, {width} characters, against {against}"
                    f" | {len(mine)} / {len(parts)}"
                    f" | {np.mean([line in lines for line in mine]):.2%}"
                    f" | {np.mean([gram in grams for gram in parts]):.2%} |"
                )


def speed() -> None:
    """Measure the milliseconds per query about one poem."""
    path = _verse()
    _time(path, [poem for poem in read_poems(path) if poem.kind == "诗"])


def _all(poems: Iterable[Poem]) -> tuple[set[str], set[str]]:
    lines = {line for poem in poems for line in poem.lines}
    return lines, {gram for line in lines for gram in _grams(line)}


def _grams(line: str) -> list[str]:
    return [line[start : start + GRAM] for start in range(len(line) - GRAM + 1)]


def _time(path: Path, poems: Sequence[Poem]) -> None:
    start = time.monotonic()
    index = open_spans(path)
    print(f"index made or opened in {time.monotonic() - start:.1f} s")
    start = time.monotonic()
    known = known_lines()
    print(f"known lines unpacked in {(time.monotonic() - start) * 1e3:.0f} ms")
    rng = np.random.default_rng(0)
    asked = [poems[place].lines for place in rng.choice(len(poems), SAMPLE, replace=False)]
    new = [_shuffled(lines, rng) for lines in asked]
    lines = [line for text in new for line in text]
    print(f"of {len(lines)} new lines {known.hold(lines).mean():.3%} are taken for known ones")
    for name, texts in (("poems of the corpus", asked), ("new poems", new)):
        for what, ask in (
            ("spans with sources", index.spans),
            ("lengths a character", index.lengths),
            ("known lines", known.hold),
        ):
            for state in ("first time", "pages in memory"):
                seconds = []
                for lines in texts:
                    start = time.perf_counter()
                    ask(lines)
                    seconds.append(time.perf_counter() - start)
                middle, high = np.quantile(seconds, [0.5, 0.95]) * 1e3
                print(f"{what}, {name}, {state}: median {middle:.3f}, 95 % {high:.3f} ms a poem")


def _shuffled(lines: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Return new lines of the same lengths with the same characters in random order."""
    chars = rng.permutation(list("".join(lines)))
    ends = np.cumsum([len(line) for line in lines])
    return ["".join(part) for part in np.split(chars, ends[:-1])]


def popularity() -> None:
    """Print, as an AUC, how well each search engine's numbers of hits identify 唐诗三百首."""
    files = gather(fetch(CHINESE_POETRY)).files
    poems = [
        (entry["author"], entry["title"], "唐诗三百首" in entry.get("tags", ()))
        for name, entries in files.items()
        if name.startswith("quantangshi/poet.tang")
        for entry in entries
        if len(entry["title"]) > 2
    ]
    for engine in ("so360", "baidu", "bing", "google"):
        hits = {
            (entry["author"], entry["title"]): entry.get(engine) or 0
            for name, entries in files.items()
            if name.startswith("rank/poet/")
            for entry in entries
            if "title" in entry
        }
        found = [(hits[poem[:2]], poem[2]) for poem in poems if poem[:2] in hits]
        print(f"{engine}: {_area(np.array(found, np.float64)):.3f} over {len(found)} poems")


def _area(scores: NDArray[np.float64]) -> float:
    """Return the AUC: the probability that a poem marked 1 outscores one marked 0 (ties: half)."""
    chosen, others = scores[scores[:, 1] == 1, 0], np.sort(scores[scores[:, 1] == 0, 0])
    below = np.searchsorted(others, chosen, "left") + np.searchsorted(others, chosen, "right")
    return float(below.mean() / 2 / len(others))


def _built(name: str) -> Path:
    found = built(name)
    if found is None:
        sys.exit(f"first: charbard corpus build {name}")
    return found.path


def _verse() -> Path:
    verse = built("verse")
    if verse is None:
        sys.exit("first: charbard corpus build verse")
    print(json.dumps({name: verse.about[name] for name in ("recipe", "records", "splits")}))
    return verse.path


if __name__ == "__main__":
    {
        "build": build,
        "mended": mended,
        "novelty": novelty,
        "speed": speed,
        "popularity": popularity,
    }[sys.argv[1]]()
