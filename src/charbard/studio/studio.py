"""What every request shares: the models, the limits, the counters, and whether the end is near."""

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
    """One running server. Belongs to one event loop."""

    def __init__(self, library: Library, config: StudioConfig) -> None:
        self.library = library
        self.config = config
        self.slots = Slots(config)
        self.metrics = Metrics(self.slots, library.loads)
        self.threads = ThreadPoolExecutor(config.streams, thread_name_prefix="studio")
        self.opening = asyncio.Lock()
        """Held by who opens a model for one request alone."""
        self.is_stopping = False
        self.workshop = Workshop(library, config) if config.workshop else None

    def stop(self) -> None:
        """Let streams end: no request is taken any more."""
        self.is_stopping = True

    def check_going(self) -> None:
        """Raise if the server is being stopped.

        Raises:
            StoppedError: It is.
        """
        if self.is_stopping:
            raise StoppedError(
                "the studio is stopping", code="studio.stopping", hint="ask again in a moment"
            )

    def blocks(self, text: str) -> bool:
        """Whether a word that must not be shown stands in a text, or runs on over its marks."""
        plain = "".join(filter(str.isalnum, text))
        return any(word in text or word in plain for word in self.config.blocked)

    def hold(self, name: str, value: int, most: int) -> int:
        """Hold a number against this server's limit, which may be below the command line's.

        Raises:
            OptionError: It is larger.
        """
        if value > most:
            raise OptionError(
                f"{name} must be at most {most} on this server, got {value}",
                code="limit.server",
                values={"name": name, "most": most, "given": value},
                hint="the limits are at: api/models",
            )
        return value
