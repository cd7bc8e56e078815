"""Settings of the studio: address, access and limits."""

from dataclasses import dataclass

from charbard.config.declare import check, setting
from charbard.errors import OptionError

__all__ = ["StudioConfig"]


@dataclass(frozen=True, kw_only=True)
class StudioConfig:
    """Settings of the page and its API. An error for exceeding a limit states the limit."""

    host: str = setting("127.0.0.1", "Address to listen on; 0.0.0.0 is every network.")
    port: int = setting(8000, "Port to listen on; 0 takes a free one.", minimum=0, maximum=65_535)
    prefix: str = setting("", "Path under which a proxy shows the studio, such as /poems.")
    token: str | None = setting(None, "Ask every caller of the API for this bearer token.")
    origins: tuple[str, ...] = setting((), "Origins whose pages may call the API (CORS).")
    behind_proxy: bool = setting(
        False, "Take the client's address from X-Forwarded-For; only behind a proxy that sets it."
    )
    max_body: int = setting(65_536, "Largest body of a request, in bytes.", minimum=1024)
    max_length: int = setting(20_000, "Longest text of a request, in characters.", minimum=1)
    max_samples: int = setting(16, "Most texts of one request.", minimum=1, maximum=1000)
    streams: int = setting(64, "Requests that are written at once.", minimum=1, maximum=4096)
    queue: int = setting(128, "Requests that may wait for their turn.", minimum=0)
    patience_s: float = setting(
        10.0, "Longest wait for a turn, in seconds.", minimum=0.0, maximum=600.0
    )
    rate: float | None = setting(
        30.0, "Requests a second that one client may send for long; none: any number.", minimum=0.01
    )
    burst: int = setting(120, "Requests that one client may send in a burst.", minimum=1)
    grace_s: float = setting(
        5.0, "Seconds that writing may go on when the server is told to stop.", minimum=0.0
    )
    blocked: tuple[str, ...] = setting((), "Words that are never shown: a text ends before one.")
    workshop: bool = setting(
        False, "Let visitors train models of their own texts here; needs charbard[train]."
    )
    workshop_folder: str | None = setting(
        None, "Folder of these trainings and models; none: in the user's data folder."
    )
    workshop_bytes: int = setting(
        20_000_000, "Largest text that is trained on, in bytes.", minimum=1024
    )
    workshop_minutes: float = setting(
        30.0, "Longest training, in minutes.", minimum=0.1, maximum=10_000.0
    )
    workshop_kept: int = setting(
        20, "Trainings that are kept; the oldest goes with its model.", minimum=1, maximum=1000
    )
    workshop_threads: int | None = setting(
        None, "Cores that a training may use; none: all of them.", minimum=1
    )
    workshop_nice: int = setting(
        10, "How far a training stands back when the studio writes.", minimum=0, maximum=19
    )

    def __post_init__(self) -> None:
        check(self)
        if self.prefix and (not self.prefix.startswith("/") or self.prefix.endswith("/")):
            raise OptionError(
                f"prefix must begin with / and not end with it, got {self.prefix!r}",
                code="serve.prefix",
                values={"prefix": self.prefix},
                hint="for example: ⟪prefix=/poems⟫",
            )
        if self.token is not None and not (self.token.isascii() and self.token.isprintable()):
            raise OptionError(
                "the token must be plain ASCII",
                code="serve.token",
                hint="letters, digits and - will do",
            )
        if "" in self.blocked:
            raise OptionError(
                "a blocked word is empty",
                code="serve.blocked",
                hint="one word a line, no blank lines",
            )
