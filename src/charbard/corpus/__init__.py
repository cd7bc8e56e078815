"""Turn files into ids on disk: read, parse into records, split, encode once, memory-map."""

from charbard.corpus.dataset import Dataset, open_dataset
from charbard.corpus.inputs import Input, find_inputs
from charbard.corpus.malformed import MalformedCount
from charbard.corpus.records import Record, read_records

__all__ = [
    "Dataset",
    "Input",
    "MalformedCount",
    "Record",
    "find_inputs",
    "open_dataset",
    "read_records",
]
