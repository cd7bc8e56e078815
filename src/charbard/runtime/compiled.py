"""The kernel in C, with the same functions as `plain`. Importing it fails if it was not built.

Shape letters are those of `plain`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charbard.config import CELLS
from charbard.runtime import _kernel
from charbard.runtime.matrix import Matrix
from charbard.runtime.past import Past
from charbard.runtime.plain import finest, place_width
from charbard.runtime.sampling import Rows, temperature_at
from charbard.runtime.spec import Choices, SampleSpec, no_choices

__all__ = ["attend", "cell", "choose", "product"]

F32 = NDArray[np.float32]
_KINDS = {name: number for number, name in enumerate(CELLS)}
_FEW = 4
"""If at most one symbol in this many is allowed, computing only the allowed scores is cheaper."""


def product(x_BSK: F32, matrix: Matrix, *, slot: int = 0) -> F32:
    """See `plain.product`."""
    batch, slots, width = x_BSK.shape
    out = np.empty((batch, len(matrix.bias_N)), np.float32)
    _kernel.product(x_BSK, (batch, slots * width, slot * width, width), _parts(matrix), out)
    return out


def cell(kind: str, x_BG: F32, h_BG: F32, before_BSH: F32, after_BSH: F32, slot: int) -> None:
    """See `plain.cell`."""
    batch, slots, size = before_BSH.shape
    _kernel.cell(_KINDS[kind], x_BG, h_BG, before_BSH, after_BSH, (batch, slots, slot, size))


def attend(qkv_BC: F32, past: Past, span: int) -> tuple[F32, Past]:
    """See `plain.attend`."""
    batch, width = len(qkv_BC), qkv_BC.shape[1] // 3
    found_BA = np.empty((batch, width), np.float32)
    new_BW = np.empty((batch, place_width(width)), np.uint8)
    address_BM = np.ascontiguousarray(past.address_BM)
    layout = (batch, address_BM.shape[1], width, finest(span))
    _kernel.look(qkv_BC, address_BM, layout, new_BW, found_BA)
    return found_BA, past.after(new_BW, span)


def choose(
    features_BP: F32, output: Matrix, specs: Sequence[SampleSpec | None], row_A: Rows | None = None
) -> Choices:
    """See `plain.choose`."""
    limit, batch = len(output.bias_N) // _FEW, len(features_BP)
    row_A = np.arange(batch) if row_A is None else row_A
    is_wide_B = np.zeros(batch, bool)  # rows that need the scores of all symbols
    for row, spec in zip(row_A.tolist(), specs, strict=True):
        if spec is not None and (spec.logp or len(spec.allowed) > limit):
            is_wide_B[row] = True
        if spec is not None and spec.guidance is not None:
            # Guidance normalises the twin's scores too, which requires all of them.
            is_wide_B[row + 1] = True
    # The index of each row's scores in `logits`. Where it is -1, the kernel computes only the
    # scores of the allowed symbols.
    at_B = np.where(is_wide_B, np.cumsum(is_wide_B) - 1, -1)
    some_BP = features_BP if is_wide_B.all() else features_BP[is_wide_B]
    logits = product(some_BP[:, None], output)
    out = no_choices(len(specs))
    _kernel.choose(
        features_BP,
        features_BP.shape[1],
        _parts(output),
        logits,
        at_B,
        row_A,
        [spec and spec.allowed for spec in specs],
        [spec and spec.bias for spec in specs],
        [spec and spec.guidance and spec.guidance.capped for spec in specs],
        np.array([_numbers(spec) for spec in specs]),
        np.array([spec[2:5] if spec else (0, 0, 0) for spec in specs], np.uint64),
        *out,
    )
    return out


def _numbers(spec: SampleSpec | None) -> tuple[float, float, float, float, float, float]:
    """Return the numbers of a spec in the order in which the kernel reads them.

    They are 1 / temperature, top-k (0 for none), top-p (1 for none), min-p (0 for none), whether
    `logp` is wanted, and the scale of guidance minus 1.
    """
    if spec is None:
        return (0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    options = spec.options
    top_k = 1 if options.greedy else options.top_k
    return (
        1 / temperature_at(options, spec.step),
        top_k or 0,
        1.0 if options.top_p is None or options.greedy else options.top_p,
        0.0 if options.min_p is None or options.greedy else options.min_p,
        spec.logp,
        0.0 if spec.guidance is None else spec.guidance.scale - 1,
    )


def _parts(matrix: Matrix) -> tuple[NDArray[np.uint8], NDArray[np.uint8], F32, F32]:
    return matrix.packed_JK, matrix.rows_NK, matrix.unit_N, matrix.bias_N
