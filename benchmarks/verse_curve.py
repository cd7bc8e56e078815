"""Track verse quality over a training run: protocol V on each snapshot of a run.

    charbard train verse --minutes 60 --snapshots 10 --out runs/verse
    python benchmarks/verse_curve.py runs/verse [verse] [--part test]

The script prints one JSON line per snapshot. Snapshots from the middle of a run are made at a high
learning rate: a training run planned to end at that minute would do better.
"""

import argparse
import json
from pathlib import Path

from charbard.bundle import load_bundle
from charbard.report import evaluate_verse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("verse", nargs="?", default="verse")
    parser.add_argument("--part", default="test")
    args = parser.parse_args()
    snapshots = sorted(args.run.glob("snapshots/*.safetensors")) or [args.run]
    for bundle in sorted(map(load_bundle, snapshots), key=lambda b: b.provenance["seconds"]):
        found = evaluate_verse(bundle, [args.verse], part=args.part)
        groups = {
            name: round(group.perplexity, 2)
            for name, group in found.groups.items()
            if not name.startswith("tune ")
        }
        facts = {
            "minutes": round(bundle.provenance["seconds"] / 60, 2),
            "epochs": bundle.provenance["epochs"],
            "unknown": f"{found.unknown / found.chars:.3%}",
            "all": round(found.perplexity, 2),
        }
        print(json.dumps({**facts, **groups}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
