"""State that all requests share: models, limits, metrics, and whether the server is stopping."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from charbard.config import StudioConfig
from charbard.errors import OptionError, StoppedError
from charbard.studio.library import Library
from charbard.studio.metrics import Metrics
from charbard.studio.slots import Slots
from charbard.studio.workshop import Workshop

__all__ = ["Studio"]


class Studio:
    """State of one running server, for one event loop."""

    def __init__(self, library: Library, config: StudioConfig) -> None:
        self.library = library
        self.config = config
        self.slots = Slots(config)
        self.metrics = Metrics(self.slots, library.loads)
        self.threads = ThreadPoolExecutor(config.streams, thread_name_prefix="studio")
        self.opening = asyncio.Lock()
        """Held while a request uses a snapshot, so that only one snapshot is in memory."""
        self.is_stopping = False
        self.workshop = Workshop(library, config) if config.workshop else None

    def stop(self) -> None:
        """Accept no more requests and let streams end."""
        self.is_stopping = True

    def check_running(self) -> None:
        """Check that the server is not stopping.

        Raises:
            StoppedError: The server is stopping.
        """
        if self.is_stopping:
            raise StoppedError(
                "the studio is stopping", code="studio.stopping", hint="ask again in a moment"
            )

    def blocks(self, text: str) -> bool:
        """Tell whether a text contains a blocked word, even across punctuation."""
        plain = "".join(filter(str.isalnum, text))
        return any(word in text or word in plain for word in self.config.blocked)

    def check_limit(self, name: str, value: int, most: int) -> int:
        """Return a number if it is within this server's limit; the command line's may be higher.

        Raises:
            OptionError: The number is larger.
        """
        if value > most:
            raise OptionError(
                f"{name} must be at most {most} on this server, got {value}",
                code="limit.server",
                values={"name": name, "most": most, "given": value},
                hint="the limits are at: api/models",
            )
        return value
