"""How many cores there are to use, and what is said to a wish for more. Starts no thread."""

import math
import os
from pathlib import Path

from charbard.errors import OptionError

__all__ = ["check_threads", "cores"]


def cores() -> int:
    """Cores that this process may use; fewer than the machine has, in a container, whether it is
    given some of them or a share of the time of all.

    >>> cores() >= 1
    True
    """
    affinity = getattr(os, "sched_getaffinity", None)
    given = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(given, _quota(Path("/sys/fs/cgroup")) or given)


def _quota(groups: Path) -> int | None:
    """Cores' worth of time that the container gets, rounded up; None for no limit.

    Source:
        `cpu.max` of control groups, version 2, and `cpu.cfs_quota_us` of version 1, in Linux's
        documentation. Within a container its own group stands at the top.
    """
    try:
        if (both := groups / "cpu.max").exists():
            quota, period = both.read_text().split()
        else:
            quota, period = (
                (groups / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period")
            )
        return max(1, math.ceil(int(quota) / int(period))) if int(quota) > 0 else None
    except (OSError, ValueError, ZeroDivisionError):  # none, "max", or another system
        return None


def check_threads(asked: int | None, *, name: str = "threads") -> None:
    """Pass if there is a core for each thread. More wait for each other, many times slower.

    Args:
        asked: A wish for threads; None for none.
        name: What the user calls it.

    Raises:
        OptionError: There are not so many cores, or it is no number of threads.

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
