"""List the words of a training text, for models that are restricted to these words."""

import re
from collections.abc import Callable, Iterator

import numpy as np

from charbard.corpus.dataset import Dataset
from charbard.corpus.split import TRAIN
from charbard.errors import CorpusError, Note
from charbard.text.words import spellings

__all__ = ["MOST_WORDS", "words_of"]

MOST_WORDS = 100_000
"""Maximum number of words listed in a bundle; they take about a megabyte."""
_UNFINISHED = re.compile(r"\S*\Z")
_PART = 1 << 20
"""Number of ids that are decoded at once."""


def words_of(dataset: Dataset, say: Callable[[str], None]) -> tuple[str, ...]:
    """List the words of the training part, most frequent first.

    Args:
        dataset: The text.
        say: Called with a message if words are left out.

    Raises:
        CorpusError: The text has no words between spaces.
    """
    words = spellings(_texts(dataset), dataset.vocab.chars, most=MOST_WORDS + 1)
    if not words:
        raise CorpusError(
            "the text has no words with spaces between them, so none can be listed",
            code="spelling.unspaced",
            hint="leave out ⟪spelling⟫",
        )
    if len(words) > MOST_WORDS:
        most = f"{MOST_WORDS:,}"
        say(
            Note(
                f"the text has more than {most} words: the commonest {most} are listed",
                "spelling.many",
                {"most": most},
            )
        )
    return words[:MOST_WORDS]


def _texts(dataset: Dataset) -> Iterator[str]:
    """Yield the training split without fields, in pieces that are cut between words."""
    chars = np.array([ord(char) for char in dataset.vocab.chars], np.uint32)
    points = np.concatenate([np.full(dataset.vocab.first_char, ord("\n"), np.uint32), chars])
    if dataset.has_records:
        starts = dataset.bounds[:-1] + dataset.field_sizes.sum(axis=1)
        for record in dataset.records(TRAIN).tolist():
            ids = dataset.ids[starts[record] : dataset.bounds[record + 1]]
            yield points[ids].tobytes().decode("utf-32")
        return
    ids, held = dataset.stream(TRAIN), ""
    for start in range(0, len(ids), _PART):
        text = held + points[ids[start : start + _PART]].tobytes().decode("utf-32")
        whole = _UNFINISHED.sub("", text)
        held = text[len(whole) :]
        yield whole
    # Unless all of the text is for training, its next part may continue this word.
    if len(ids) == len(dataset.ids):
        yield held
