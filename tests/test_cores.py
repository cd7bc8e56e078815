"""A thread for each core at most."""

import pytest

from charbard.cores import check_threads, cores
from charbard.errors import OptionError


@pytest.mark.parametrize("threads", [None, 1, cores()])
def test_as_many_threads_as_cores_are_fine(threads) -> None:
    """And none is no wish at all."""
    check_threads(threads)


@pytest.mark.parametrize("threads", [0, -3, "2", 1.5, cores() + 1])
def test_other_threads_are_refused(threads) -> None:
    """By the name that the user gave them, whatever their type."""
    with pytest.raises(OptionError, match="workshop_threads must be") as caught:
        check_threads(threads, name="workshop_threads")
    assert "leave workshop_threads out" in caught.value.hint
