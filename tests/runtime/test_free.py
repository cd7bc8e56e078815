"""`generate` writes free text under a constraint, by the same protocol that forms use."""

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime import ByteModel, Draws, Ids, Task, as_ids, generate, run, through
from tests.conftest import random_bundle

BUNDLE = random_bundle()
MODEL = ByteModel(BUNDLE)
BREAK, BARRED, LETTERS = 2, 7, as_ids(range(6, 17))


class Words:
    """A constraint of three-letter words with a barred letter; the state counts the letters."""

    def start(self) -> int:
        return 0

    def choices(self, state: int) -> tuple[Ids, Ids]:
        return (as_ids([BREAK]) if state == 3 else LETTERS), as_ids([BARRED])

    def advance(self, state: int, char_id: int) -> int:
        return 0 if char_id == BREAK else state + 1


def words(sample: int) -> Task:
    """Return a task that writes twenty characters under the constraint."""
    ids: list[int] = []

    def take(step):
        ids.append(step.char_id)
        return [step.char_id], len(ids) == 20

    draws = Draws(options=SampleOptions(temperature=2.0), seed=1, sample=sample)
    return Task(through(generate([3, 4], Words(), draws), take))


def written(samples: range) -> list[list[int]]:
    """Return the texts that the given samples write in one batch."""
    texts: list[list[int]] = [[] for _ in samples]
    for index, char_id in run(MODEL, [words(sample) for sample in samples]):
        texts[index].append(char_id)
    return texts


def test_a_free_text_keeps_its_constraint() -> None:
    """The constraint allows each character of a free text at its place, and bars none of them."""
    texts = np.array(written(range(30)))

    assert (texts[:, 3::4] == BREAK).all()
    letters = np.delete(texts, range(3, 20, 4), axis=1)
    assert set(letters.ravel().tolist()) == set(LETTERS.tolist()) - {BARRED}


def test_a_constrained_text_is_the_same_alone_and_in_a_batch() -> None:
    """Texts written in one batch under a constraint equal the same texts written one by one."""
    together = written(range(5))

    assert together == [written(range(n, n + 1))[0] for n in range(5)]
