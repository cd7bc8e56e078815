"""The tests of training need torch, and run small networks on one thread."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from charbard.train.events import Event
    from charbard.train.loop import Trainer

torch = pytest.importorskip("torch")
SMALL = {
    "hidden_size": 16,
    "embedding_size": 8,
    "batch_size": 4,
    "seq_length": 16,
    "dropout": 0.1,
    "dropout_output": 0.2,
    "eval_every": 10,
    "save_every": 10,
    "threads": 1,
}
"""Settings of a network that trains in an instant and learns next to nothing."""


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/train" in str(item.path):
            item.add_marker(pytest.mark.torch)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def new_trainer(owl: Path, out: Path, **settings) -> "Trainer":
    """Open a small training run on a text; with `resume`, continue the run in the folder."""
    from charbard.train.distributed import Ranks
    from charbard.train.start import TrainRequest, open_training

    resume = settings.pop("resume", False)
    request = TrainRequest(
        names=[str(owl)],
        out=out,
        resume=resume,
        settings={} if resume and not settings else {**SMALL, **settings},
    )
    return open_training(request, Ranks())


def events_of(*args, **settings) -> "list[Event]":
    """Complete a small training run and return its events."""
    from charbard.train.start import recorded

    return list(recorded(new_trainer(*args, **settings)))
