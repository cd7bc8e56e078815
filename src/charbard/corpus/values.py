"""List the values of fields that have few distinct ones, such as dynasties but not titles."""

from collections import Counter

import numpy as np

from charbard.corpus.dataset import Dataset
from charbard.corpus.split import TRAIN
from charbard.vocab import UNKNOWN

__all__ = ["listed_values"]

_MOST = 2000
"""A field with more distinct values than this is free text, such as titles, and is not listed."""
_SHARE = 0.1
"""A field with more distinct values than this share of its records is not listed either."""


def listed_values(dataset: Dataset) -> dict[str, list[str]]:
    """List the training values of each field with few distinct ones, most frequent first.

    Args:
        dataset: Records; running text has no fields.
    """
    if not dataset.has_records:
        return {}
    found = {name: _values(dataset, place) for place, name in enumerate(dataset.config.fields)}
    return {name: values for name, values in found.items() if values}


def _values(dataset: Dataset, place: int) -> list[str]:
    """List the values of one field; the list is empty for free text or a field that is missing."""
    records = dataset.records(TRAIN)
    sizes = dataset.field_sizes[records]
    starts = dataset.bounds[records] + sizes[:, :place].sum(axis=1) + 1  # after the marker
    ends = starts + sizes[:, place] - 1
    ids, counts = dataset.ids, Counter[bytes]()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end > start:
            counts[ids[start:end].tobytes()] += 1
            if len(counts) > _MOST:
                return []
    if len(counts) > _SHARE * counts.total():
        return []
    values = (np.frombuffer(key, ids.dtype) for key, _ in counts.most_common())
    return [dataset.vocab.decode(value) for value in values if UNKNOWN not in value]
