"""Compare the writing speed of a network with and without its attention head.

    python benchmarks/looking_back.py [MODEL] [--rows 64] [--length 64] [--rounds 9]

Without the head, the projection has only the columns that read the units. The networks take turns,
each writing a batch of texts of the same length; the medians of the rounds are compared.
"""

import argparse
from dataclasses import replace
from statistics import median
from time import perf_counter

import numpy as np

from charbard.bundle import Bundle, load_bundle
from charbard.config import SampleOptions
from charbard.files import path_of
from charbard.runtime import SampleSpec, Steps, Task, as_ids, run
from charbard.runtime.quant import ByteModel
from charbard.runtime.task import Emit, Plan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="src/charbard/models/verse.safetensors")
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--length", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    whole = load_bundle(path_of(options.model, name="model"))
    networks = {
        "looks back": ByteModel(whole, threads=1),
        "does not": ByteModel(without_head(whole), threads=1),
    }
    seconds: dict[str, list[float]] = {name: [] for name in networks}
    for _ in range(options.rounds):
        for name, network in networks.items():
            start = perf_counter()
            tasks = [Task(text(network, row, options.length)) for row in range(options.rows)]
            list(run(network, tasks, rows=options.rows))
            seconds[name].append(perf_counter() - start)
    written = options.rows * options.length
    for name, times in seconds.items():
        print(f"{name:12} {written / median(times):8,.0f} characters/s")
    print(f"ratio {median(seconds['does not']) / median(seconds['looks back']):.2f}")


def without_head(bundle: Bundle) -> Bundle:
    """Return the bundle without its attention head."""
    config = replace(bundle.config, attention=None)
    shapes = config.shapes()
    weights = {name: bundle.weights[name][tuple(map(slice, shapes[name]))] for name in shapes}
    return replace(bundle, config=config, weights=weights)


def text(network: ByteModel, sample: int, length: int) -> Steps:
    """Write a text of this length with every symbol allowed at every place; emit its ids."""
    allowed, ids = as_ids(np.arange(network.config.vocab_size)), [0]
    for step in range(length):
        spec = SampleSpec(allowed, SampleOptions(), 1, sample, step)
        outcome = yield Plan(range(1), [ids[-1]], (spec,))
        ids.append(outcome.ids[0])
    yield Emit(ids)


if __name__ == "__main__":
    main()
