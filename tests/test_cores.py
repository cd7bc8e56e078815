"""A setting may ask for at most one thread per core."""

import pytest

from charbard.cores import _quota, check_threads, cores
from charbard.errors import OptionError


@pytest.mark.parametrize("threads", [None, 1, cores()])
def test_as_many_threads_as_cores_are_fine(threads) -> None:
    """Up to one thread per core is accepted, and so is None, which leaves the number open."""
    check_threads(threads)


@pytest.mark.parametrize("threads", [0, -3, "2", 1.5, cores() + 1])
def test_other_threads_are_refused(threads) -> None:
    """`check_threads` refuses any other value, and its error names the setting in question."""
    with pytest.raises(OptionError, match="workshop_threads must be") as caught:
        check_threads(threads, name="workshop_threads")
    assert "leave workshop_threads out" in caught.value.hint


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 4),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu.max": "nonsense\n"}, None),
        ({}, None),
    ],
)
def test_a_containers_quota_counts_as_cores(tmp_path, files, expected) -> None:
    """A CPU quota of either cgroup version limits the cores; an unreadable quota does not."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert _quota(tmp_path) == expected
