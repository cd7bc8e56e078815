"""Build src/charbard/writer/data/probe.npz: a linear probe that estimates a reader's grade.

Readers graded poems of a model blind, each from 1 to 5 for fluency, coherence, fit to the title and
poetic quality. Of poems on one title in one form that one reader graded, the probe learns which the
reader preferred: ridge regression of the mean grade on the mean of the features from which the
poem's characters were drawn. Titles left out tell how strong the penalty should be, and how much
of the readers' preference the probe knows.

    python scripts/build_probe.py verse scripts/models/verse.grades.tsv
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.config import VerseOrder
from charbard.prosody.machine import Machine
from charbard.runtime import Emit, Outcome, Plan, Steps, Task, read_ids, run
from charbard.writer import VerseWriter

PENALTIES = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
FOLDS = 10
OUT = Path(__file__).parents[1] / "src/charbard/writer/data/probe.npz"

F64 = NDArray[np.float64]


class Graded(NamedTuple):
    """A poem as one reader graded it."""

    reader: str
    form: str
    title: str
    text: str
    grade: float
    """Mean of the reader's four grades."""


def graded(path: Path) -> list[Graded]:
    """Read a table of reader, form, title, text and four grades, tab-separated."""
    poems = list[Graded]()
    for row in path.read_text("utf-8").splitlines()[1:]:
        reader, form, title, text, *grades = row.split("\t")
        poems.append(Graded(reader, form, title, text, float(np.mean(list(map(float, grades))))))
    return poems


def read_features(prompt: Sequence[int], ids: Sequence[int], machine: Machine) -> Steps:
    """Read a poem and emit the mean of the features before each of its characters, [P]."""
    yield from read_ids(prompt[:-1])
    rows = list[NDArray[np.float32]]()
    reads = [prompt[-1], *ids]
    for slot, char_id in zip(machine.slots, reads, strict=False):
        outcome: Outcome = yield Plan((0,), (char_id,), (None,))
        if slot.place is not None:
            rows.append(outcome.features_RP[0].copy())
    yield Emit(np.mean(np.array(rows, np.float64), axis=0))


def features(writer: VerseWriter, poems: Sequence[Graded]) -> F64:
    """Return the mean features of each poem [N, P]."""
    found = list[F64]()
    for done, poem in enumerate(poems, 1):
        request = writer.reading(VerseOrder(form=poem.form, theme=poem.title), poem.text)
        ids = request.given_ids
        steps = read_features(request.prompt_for(request.prompt, ids), ids, request.machine)
        ((_, mean_P),) = run(writer.network, [Task(steps)])
        found.append(mean_P)
        print(f"\rread {done} of {len(poems)} poems", end="", file=sys.stderr)
    print(file=sys.stderr)
    return np.array(found)


def within(groups: NDArray[np.intp], values: F64) -> F64:
    """Subtract from each value the mean of its group."""
    counts = np.bincount(groups)
    sums = np.zeros((len(counts), *values.shape[1:]))
    np.add.at(sums, groups, values)
    means: F64 = sums / counts.reshape(-1, *[1] * (values.ndim - 1))
    return values - means[groups]


def ridge(x_NP: F64, y_N: F64, penalty: float) -> F64:
    """Return the weights [P] of a ridge regression on standardised features."""
    scale_P = x_NP.std(axis=0)
    z_NP = x_NP / scale_P
    gram_PP = z_NP.T @ z_NP + penalty * np.eye(z_NP.shape[1])
    weights_P: F64 = np.linalg.solve(gram_PP, z_NP.T @ y_N) / scale_P
    return weights_P


def held_out(x_NP: F64, y_N: F64, titles: NDArray[np.intp], penalty: float) -> F64:
    """Return the expected grade of each poem by a probe that saw no poem on its title."""
    fold_N = np.random.default_rng(0).permutation(titles.max() + 1)[titles] % FOLDS
    found = np.zeros(len(y_N))
    for fold in range(FOLDS):
        out = fold_N == fold
        found[out] = x_NP[out] @ ridge(x_NP[~out], y_N[~out], penalty)
    return found


def main() -> None:
    """Fit the probe, write it, and print how much of the readers' preference it knows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("grades", type=Path)
    args = parser.parse_args()
    writer, poems = VerseWriter.open(args.model), graded(args.grades)
    x_NP = features(writer, poems)
    readers = np.unique([p.reader for p in poems], return_inverse=True)[1]
    titles = np.unique([f"{p.form} {p.title}" for p in poems], return_inverse=True)[1]
    groups = np.unique([f"{p.reader} {p.form} {p.title}" for p in poems], return_inverse=True)[1]
    # Readers differ in how strict they are.
    grades_N = np.array([poem.grade for poem in poems])
    inside_NP, y_N = within(readers, x_NP), within(readers, grades_N)
    preferred_N = within(groups, grades_N)
    known = {}
    for penalty in PENALTIES:
        expected = held_out(inside_NP, y_N, titles, penalty)
        known[penalty] = float(np.corrcoef(within(groups, expected), preferred_N)[0, 1])
        print(f"penalty {penalty:g}: correlation {known[penalty]:.3f}")
    penalty = max(known, key=known.__getitem__)
    weights_P = ridge(inside_NP, y_N, penalty)
    digest, offset = writer.bundle.digest, float((x_NP @ weights_P).mean())
    np.savez(OUT, digest=digest, weights_P=weights_P.astype(np.float32), offset=offset)
    print(f"{len(poems)} poems, {titles.max() + 1} titles, penalty {penalty:g}: {OUT}")


if __name__ == "__main__":
    main()
