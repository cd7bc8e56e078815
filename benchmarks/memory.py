"""Measure the peak memory of training on texts of 1 MB, 100 MB and 1 GB; the limit is 2 GB.

    python benchmarks/memory.py [--sizes 1,100,1000] [--json]

Each size runs in a process of its own, whose peak memory is counted: all resident memory (`peak`),
and the anonymous part of it (`own`), which is not backed by a file, so the system cannot reclaim
it. The text is synthetic, has 31 distinct characters, and is not yet in the cache of encoded texts.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

MOST_MB = 2048
BLOCK = "The owl sat in the old oak tree; the more it saw, the less it spoke. {:019d}\n"


def write_text(path: Path, megabytes: int) -> None:
    """Write a text of about this size in which no two lines are equal."""
    with path.open("w", encoding="utf-8") as file:
        for start in range(megabytes):
            first = start * 11_000
            file.write("".join(BLOCK.format(n * 7919) for n in range(first, first + 11_000)))


def watch_own_memory(peak: list[int]) -> None:
    """Track the peak anonymous memory of this process in kB, if the system has /proc."""
    while Path("/proc/self/status").exists():
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                peak[0] = max(peak[0], int(line.split()[1]))
        time.sleep(0.05)


def measure(text: str, out: str) -> None:
    """Train for a few steps, and print the peak memory of this process as JSON."""
    own = [0]
    threading.Thread(target=watch_own_memory, args=(own,), daemon=True).start()
    import charbard

    began = time.perf_counter()
    small: dict[str, Any] = {
        "hidden_size": 128,
        "embedding_size": 32,
        "eval_every": 20,
        "save_every": 20,
    }
    charbard.fit(text, out=out, steps=40, threads=1, **small)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = time.perf_counter() - began
    print(json.dumps({"peak_mb": peak, "own_mb": own[0] // 1024, "seconds": round(seconds, 1)}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="1,100,1000", help="megabytes, parted by commas")
    options.add_argument("--json", action="store_true")
    options.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.measure:
        measure(*given.measure)
        return
    for size in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory() as place:
            text = Path(place) / "text.txt"
            write_text(text, size)
            found = subprocess.run(
                [sys.executable, __file__, "--measure", str(text), f"{place}/run"],
                env={**os.environ, "CHARBARD_CACHE": f"{place}/cache"},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            row = {"text_mb": round(text.stat().st_size / 1e6)} | json.loads(found.stdout)
        verdict = "ok" if row["peak_mb"] <= MOST_MB else f"over {MOST_MB} MB"
        if given.json:
            print(json.dumps(row), flush=True)
        else:
            print(
                f"{row['text_mb']:5} MB of text: peak {row['peak_mb']} MB, own {row['own_mb']} MB,"
                f" {row['seconds']} s, {verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main()
