"""Sampling options, which say how the next character is chosen."""

from dataclasses import dataclass

from charbard.config.declare import check, setting
from charbard.errors import OptionError

__all__ = ["SampleOptions"]

COLDEST = 0.01
"""Lowest allowed temperature above 0; below it, sampling is greedy in effect and inexact."""


@dataclass(frozen=True, kw_only=True)
class SampleOptions:
    """Sampling options, applied in this order: temperature, boost and frequency penalty, top-k,
    top-p, min-p, draw.

    `None` turns an option off. Banned, rare and unknown characters are removed beforehand.
    """

    temperature: float = setting(
        1.0,
        "Boldness: below 1 safer, above 1 wilder; 0 takes the likeliest character.",
        minimum=0.0,
        maximum=10.0,
    )
    temperature_end: float | None = setting(
        None,
        "Temperature to go to in even strides; none: it stays.",
        minimum=0.01,
        maximum=10.0,
    )
    temperature_steps: int = setting(
        100, "Characters until the temperature has reached its end.", minimum=1
    )
    top_k: int | None = setting(None, "Draw among the K likeliest characters only.", minimum=1)
    top_p: float | None = setting(
        None, "Draw among the likeliest characters that hold this share.", minimum=0.0, maximum=1.0
    )
    min_p: float | None = setting(
        None, "Drop characters below this share of the likeliest one.", minimum=0.0, maximum=1.0
    )
    frequency_penalty: float = setting(
        0.0,
        "Nats taken off a character for each time it occurs among the last 64 characters.",
        minimum=0.0,
        maximum=10.0,
    )
    greedy: bool = setting(False, "Always take the likeliest character.")
    banned: str = setting("", "Characters never to write.")
    boosted: str = setting("", "Characters to write more often.")
    boost: float = setting(
        1.0,
        "Nats added to each boosted character; below 0 makes it rarer.",
        minimum=-20.0,
        maximum=20.0,
    )
    commonest: int | None = setting(
        None, "Write only the N commonest characters of what was learned.", minimum=1
    )

    def __post_init__(self) -> None:
        check(self)
        if self.temperature == 0:
            object.__setattr__(self, "greedy", True)
            object.__setattr__(self, "temperature", 1.0)
        if self.temperature < COLDEST:
            raise OptionError(
                f"temperature must be 0 or at least {COLDEST}, got {self.temperature}",
                code="setting.cold",
                values={"least": COLDEST, "given": self.temperature},
                hint="0 always takes the likeliest character, as ⟪greedy⟫ does",
            )
