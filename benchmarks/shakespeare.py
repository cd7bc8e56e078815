"""The quality benchmark: `charbard train --minutes`, then protocols A, B and C.

    python benchmarks/shakespeare.py TEXT --minutes 1 3 8 --seeds 1 2 3 --out runs/yardstick

TEXT is tiny Shakespeare: the first 90 % are for training, the last 10 % for validation. No other
setting is given, so the result measures the default recipe. The script prints one JSON line per
run; a run that is already in `--out` is only evaluated. `--table` prints the runs in `--out` as a
table.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import mean
from typing import Any


def charbard(*args: str) -> str:
    """Run the command line and return its stdout."""
    command = [sys.executable, "-m", "charbard", *args]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def run(text: str, minutes: float, seed: int, out: Path) -> dict[str, Any]:
    """Train a model, unless the run is already there, and return its evaluation."""
    folder = out / f"{minutes:g}min-seed{seed}"
    if not (folder / "model.safetensors").is_file():
        charbard(
            "train",
            text,
            "--minutes",
            f"{minutes:g}",
            "--seed",
            str(seed),
            "--out",
            str(folder),
            "--quiet",
        )
    lines = charbard("eval", str(folder), text, "--protocol", "ABC", "--json").splitlines()
    scores = {row["protocol"]: round(row["nats_per_char"], 4) for row in map(json.loads, lines)}
    about = json.loads(charbard("info", str(folder), "--json"))
    result = {
        "minutes": minutes,
        "seed": seed,
        **scores,
        "parameters": about["weights"],
        "seconds": about["seconds"],
        "epochs": about["epochs"],
    }
    (folder / "yardstick.json").write_text(json.dumps(result))
    return result


def table(out: Path) -> str:
    """Return a Markdown table of mean losses over seeds, one row per training time, from `out`."""
    runs = [json.loads(path.read_text()) for path in sorted(out.glob("*/yardstick.json"))]
    rows = ["| minutes | seeds | A | B | C | parameters |", "|---|---|---|---|---|---|"]
    for minutes in sorted({run["minutes"] for run in runs}):
        these = [run for run in runs if run["minutes"] == minutes]
        scores = " | ".join(f"{mean(run[key] for run in these):.4f}" for key in "ABC")
        weights = max(run["parameters"] for run in these)
        rows.append(f"| {minutes:g} | {len(these)} | {scores} | {weights / 1e6:.2f} M |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("text")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--out", type=Path, default=Path("runs/yardstick"))
    parser.add_argument("--table", action="store_true", help="only print what --out holds")
    args = parser.parse_args()
    if not args.table:
        for minutes in args.minutes:
            for seed in args.seeds:
                print(json.dumps(run(args.text, minutes, seed, args.out)), flush=True)
    print(table(args.out))


if __name__ == "__main__":
    main()
