"""Ctrl-C as a wish, not a crash: the loop finishes its step, saves, and says how to go on."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["StopWish", "listening"]


class StopWish:
    """True once the user or the system asked to stop."""

    def __init__(self) -> None:
        self.made = False

    def __bool__(self) -> bool:
        return self.made


@contextmanager
def listening() -> Iterator[StopWish]:
    """Listen for SIGINT and SIGTERM; a second one stops at once.

    In any thread but the main one nothing can be listened for, and the wish is never made.
    """
    wish = StopWish()
    if threading.current_thread() is not threading.main_thread():
        yield wish
        return

    def note(number: int, frame: FrameType | None) -> None:
        if wish.made:
            raise KeyboardInterrupt
        wish.made = True

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
