"""Measure and describe this machine within a few seconds."""

import platform
import time
from collections.abc import Callable
from functools import cache

import torch

__all__ = ["describe_machine", "fast_bfloat16", "lstm_takes_bfloat16", "peak_flops", "seconds_for"]

_SIZE = 1024
"""Size of a matrix product that takes a processor about 30 ms, so that the start is not delayed."""
_SIZE_OF_CARD = 4096
"""Size of a matrix product that a graphics card takes longer to compute than to start."""


def seconds_for(work: Callable[[], object], *, rounds: int = 3) -> float:
    """Return the seconds of the fastest round, after one round of warm-up."""
    work()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


@cache
def peak_flops(device: torch.device) -> float:
    """Measure the floating-point operations a second of a float32 product of square matrices."""
    size = _SIZE if device.type == "cpu" else _SIZE_OF_CARD
    a, b = (torch.randn(size, size, device=device) for _ in range(2))
    # Reading a number waits for the device to finish; starting the product does not.
    return 2 * size**3 / seconds_for(lambda: (a @ b)[0, 0].item())


@cache
def fast_bfloat16() -> bool:
    """Return whether bfloat16 products are at least 1.5 times as fast as float32 products.

    A processor without bfloat16 instructions is not timed, because one product can take seconds.
    """
    if not lstm_takes_bfloat16():
        return False
    a, b = (torch.randn(1024, 1024).bfloat16() for _ in range(2))
    slow_a, slow_b = a.float(), b.float()
    return seconds_for(lambda: slow_a @ slow_b) > 1.5 * seconds_for(lambda: a @ b)


@cache
def lstm_takes_bfloat16() -> bool:
    """Return whether this processor can train an LSTM in bfloat16; some lack the instructions."""
    lstm = torch.nn.LSTM(4, 4)
    try:
        with torch.autocast("cpu", torch.bfloat16):
            lstm(torch.zeros(2, 1, 4))[0].sum().backward()
    except RuntimeError:
        return False
    return True


def describe_machine() -> dict[str, object]:
    """Describe this machine for provenance, in enough detail to compare timings but not to identify
    the machine."""
    return {
        "processor": platform.machine(),
        "vector": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "sgemm_gflops": round(peak_flops(torch.device("cpu")) / 1e9),
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
