"""Measure training speed as a share of this machine's sgemm peak, measured in the same run.

    python benchmarks/training_speed.py [--seconds 8] [--threads 2]

The script prints a table. A character takes 6 operations for each multiply-accumulate of gates,
projection and output. The peak is measured before and after each row, and the higher value is used.
"""

import argparse
import time

import torch

from charbard.config import ModelConfig, TrainConfig
from charbard.train.batches import Batch
from charbard.train.distributed import Ranks
from charbard.train.hardware import fast_bfloat16, peak_flops
from charbard.train.learner import Learner

Shape = dict[str, object]
ROWS: tuple[tuple[str, Shape, Shape], ...] = (
    ("lstm 512, 65 characters", {"vocab_size": 67}, {}),
    ("lstm 512, 65 characters, adamw", {"vocab_size": 67}, {"optimizer": "adamw"}),
    (
        "lstm 512, 65 characters, batch 64 x 128",
        {"vocab_size": 67},
        {"batch_size": 64, "seq_length": 128},
    ),
    (
        "lstm 512, 7,000 characters, projection 256",
        {"vocab_size": 7002, "embedding_size": 256, "projection_size": 256},
        {},
    ),
    ("lstm 512, 7,000 characters, no projection", {"vocab_size": 7002, "embedding_size": 256}, {}),
    ("gru 512, 65 characters", {"vocab_size": 67, "cell": "gru"}, {}),
    ("rnn 512, 65 characters", {"vocab_size": 67, "cell": "rnn"}, {}),
)


def fresh_peak() -> float:
    """Measure the peak now, bypassing the cache."""
    peak_flops.cache_clear()
    return peak_flops(torch.device("cpu"))


def speed(shape: Shape, how: Shape, precision: str, seconds: float) -> tuple[float, float]:
    """Return the characters per second, and the share of the sgemm peak that they use."""
    model = ModelConfig(**{"embedding_size": 64, **shape})  # type: ignore[arg-type]
    config = TrainConfig(steps=1, precision=precision, **how)  # type: ignore[arg-type]
    rows, length = config.batch_size, config.seq_length
    text = torch.randint(model.vocab_size, (length + 1, rows))
    batch = Batch(text[:-1], text[1:], length * rows, rows, fresh=False)
    learner = Learner(model, config, Ranks())
    for _ in range(3):
        learner.update(batch, 1.0)
    before = fresh_peak()
    steps, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        learner.update(batch, 1.0)
        steps += 1
    chars_per_s = steps * length * rows / (time.perf_counter() - began)
    return chars_per_s, 6 * model.macs_per_char * chars_per_s / max(before, fresh_peak())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    kinds = ("float32", "bfloat16") if fast_bfloat16() else ("float32",)
    print(f"sgemm peak {fresh_peak() / 1e9:.0f} GFLOP/s, {args.threads} threads\n")
    print("| network | arithmetic | characters/s | share of sgemm peak |\n|---|---|---|---|")
    for name, shape, how in ROWS:
        for precision in kinds:
            chars_per_s, share = speed(shape, how, precision, args.seconds)
            print(f"| {name} | {precision} | {chars_per_s:,.0f} | {share:.0%} |", flush=True)


if __name__ == "__main__":
    main()
