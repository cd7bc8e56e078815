"""Count the available CPU cores, and refuse requests for more threads. Starts no thread."""

import math
import os
from pathlib import Path

from charbard.errors import OptionError

__all__ = ["check_threads", "cores"]


def cores() -> int:
    """Return the number of cores that this process may use.

    The number is below the machine's if a container limits the cores or the CPU time.

    >>> cores() >= 1
    True
    """
    affinity = getattr(os, "sched_getaffinity", None)
    given = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(given, _quota(Path("/sys/fs/cgroup")) or given)


def _quota(groups: Path) -> int | None:
    """Return the container's CPU quota in cores, rounded up; None if there is no limit.

    Source:
        The Linux kernel documentation on `cpu.max` (cgroup v2) and `cpu.cfs_quota_us` (cgroup v1).
        Inside a container, the container's own group is mounted as the root.
    """
    try:
        if (both := groups / "cpu.max").exists():
            quota, period = both.read_text().split()
        else:
            quota, period = (
                (groups / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period")
            )
        return max(1, math.ceil(int(quota) / int(period))) if int(quota) > 0 else None
    except (OSError, ValueError, ZeroDivisionError):  # no quota file, "max", or another system
        return None


def check_threads(asked: int | None, *, name: str = "threads") -> None:
    """Raise if more threads are requested than there are cores: they would be many times slower.

    Args:
        asked: Requested number of threads; None leaves the choice open and never raises.
        name: Name of the setting in the message.

    Raises:
        OptionError: The number exceeds the available cores, or is not positive.

    >>> check_threads(1)
    """
    hint = f"leave {name} out to use all cores; more threads than cores only slow each other"
    if asked is None:
        return
    if not isinstance(asked, int) or asked < 1:
        raise OptionError(
            f"{name} must be a number from 1, got {asked!r}",
            code="cores.number",
            values={"name": name, "given": repr(asked)},
            hint=hint,
        )
    if asked > cores():
        raise OptionError(
            f"{name} must be at most {cores()}, the cores that are free to use, got {asked}",
            code="cores.most",
            values={"name": name, "most": cores(), "given": asked},
            hint=hint,
        )
