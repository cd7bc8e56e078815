"""Requests for free text. The same request, bundle and seed give the same text."""

from dataclasses import dataclass, field

from charbard.config.declare import check, setting
from charbard.config.sample import SampleOptions
from charbard.errors import OptionError

__all__ = ["TextOrder"]


@dataclass(frozen=True, kw_only=True)
class TextOrder:
    """A request for free text."""

    prime: str = setting("", "Text to write on from.")
    fields: tuple[tuple[str, str], ...] = ()
    """Conditions by name, for models trained with fields; fields without an entry are left open."""
    length: int = setting(500, "Characters to write at most.", minimum=1, maximum=1_000_000)
    finish_line: bool = setting(False, "Write on past the length to the end of the line.")
    stop: tuple[str, ...] = ()
    """Strings that end the text when they are written; the string itself is left out."""
    samples: int = setting(1, "Texts to write.", minimum=1, maximum=1000)
    best_of: int = setting(
        1,
        "Write so many for each text, keep the one the model finds likeliest.",
        minimum=1,
        maximum=64,
    )
    guidance: float = setting(
        1.0,
        "How closely to keep to the fields: 1 is off, 2 to 3 keep to them. Of no effect without.",
        minimum=1.0,
        maximum=4.0,
    )
    spelling: bool | None = setting(
        None,
        "Write only words that the model's text has, or the prompt; none: if the model lists them.",
    )
    seed: int = setting(0, "Repeat a text exactly.", minimum=0, maximum=2**53)
    options: SampleOptions = field(default_factory=SampleOptions)

    def __post_init__(self) -> None:
        check(self)
        if "" in self.stop:
            raise OptionError(
                "a stop string is empty", code="stop.empty", hint="give at least one character"
            )
