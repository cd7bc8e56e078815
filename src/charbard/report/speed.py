"""Measure a bundle's speed on this machine against the machine's peak.

The lower bound for a step is the time of its operations at the processor's peak or the time to read
its weights from memory, whichever is longer. The peak is taken to be four times the rate of a
float32 matrix product, because processors multiply four int8 values in the time of one float32
value. Memory speed is measured by copying about as many bytes as there are weights, so that caches
have the same effect.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from charbard.bundle import Bundle
from charbard.config import ModelConfig, SampleOptions
from charbard.cores import cores
from charbard.runtime import ByteModel, SampleSpec, as_ids
from charbard.runtime.quant import is_compiled
from charbard.vocab import Vocab

__all__ = ["Machine", "Pace", "machine", "measure", "seconds_for", "verse_sized"]

_SIZES = (512, 2048)
"""Sizes of matrix products: a small product fits into one scheduler time slice, a large one comes
nearer to the peak."""
_BYTE_PRODUCTS = 4
"""Number of int8 products that take as long as one float32 product."""


@dataclass(frozen=True)
class Machine:
    """Measurements of the machine itself."""

    threads: int
    sgemm_gflops: float
    """Rate of float32 matrix products on all threads: the better of the two sizes."""
    copy_gb_per_s: float
    """Rate of a copy on one thread, counting bytes read and bytes written."""
    compiled: bool
    """Whether the compiled kernel is in use."""


@dataclass(frozen=True)
class Pace:
    """Measurements at one batch size."""

    rows: int
    step_us: float
    """Time of one step of all rows, drawing included."""
    floor_us: float
    """Lower bound of `step_us` for any program on this machine."""

    @property
    def chars_per_s(self) -> float:
        """Characters per second over all rows."""
        return self.rows / self.step_us * 1e6


def verse_sized(chars: int = 6939) -> Bundle:
    """Return an untrained network of the verse model's size, which is as fast as a trained one."""
    config = ModelConfig(
        vocab_size=chars, hidden_size=512, embedding_size=256, projection_size=256, tied=True
    )
    rng = np.random.default_rng(0)
    weights = {
        name: (rng.standard_normal(shape, np.float32) / np.float32(np.sqrt(shape[-1])))
        for name, shape in config.shapes().items()
    }
    vocab = Vocab(tuple(chr(0x4E00 + place) for place in range(chars - 2)))
    return Bundle(config=config, vocab=vocab, weights=weights)


def machine(*, copied_bytes: int = 4 << 20) -> Machine:
    """Measure the machine, which takes about a second."""
    flops = max(map(_sgemm_flops, _SIZES))
    source, target = np.ones(copied_bytes, np.uint8), np.empty(copied_bytes, np.uint8)
    copied = 2 * copied_bytes / seconds_for(lambda: np.copyto(target, source), at_least_s=0.1)
    return Machine(cores(), flops / 1e9, copied / 1e9, is_compiled())


def _sgemm_flops(size: int) -> float:
    a = np.random.default_rng(0).standard_normal((size, size), np.float32)
    return 2 * size**3 / seconds_for(lambda: a @ a, at_least_s=0.5)


def measure(
    bundle: Bundle,
    here: Machine,
    rows: Sequence[int],
    *,
    threads: int | None = None,
    at_least_s: float = 0.5,
) -> list[Pace]:
    """Time whole steps: read a character, score all, draw one, and compute its log-probability.

    Args:
        bundle: The model.
        here: The machine, measured in the same run.
        rows: Batch sizes.
        threads: Number of threads that share a batch; None: the engine's default.
        at_least_s: Minimum time for which each batch size is measured.
    """
    network = ByteModel(bundle, threads=threads)
    allowed = as_ids(range(bundle.vocab.first_char, len(bundle.vocab)))
    options, paces = SampleOptions(temperature=0.8), []
    for count in rows:
        ids, state = np.arange(count) % len(bundle.vocab), network.start(count)
        specs = [SampleSpec(allowed, options, 1, row, 0) for row in range(count)]
        step = seconds_for(partial(network.advance, ids, state, specs), at_least_s=at_least_s)
        paces.append(Pace(count, step * 1e6, _floor_s(bundle.config, here, count) * 1e6))
    return paces


def _floor_s(config: ModelConfig, here: Machine, rows: int) -> float:
    operations = 2 * config.macs_per_char * rows
    products = operations / (_BYTE_PRODUCTS * here.sgemm_gflops * 1e9)
    return max(products, config.macs_per_char / (here.copy_gb_per_s * 1e9))


def seconds_for(work: Callable[[], object], *, at_least_s: float = 0.3) -> float:
    """Return the duration of the fastest of many runs, after one warm-up run."""
    work()
    best, end = float("inf"), time.perf_counter() + at_least_s
    while time.perf_counter() < end:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
