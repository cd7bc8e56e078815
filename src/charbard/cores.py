"""How many cores there are to use, and what is said to a wish for more. Starts no thread."""

import os

from charbard.errors import OptionError

__all__ = ["check_threads", "cores"]


def cores() -> int:
    """Cores that this process may use; fewer than the machine has, in a container.

    >>> cores() >= 1
    True
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


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
