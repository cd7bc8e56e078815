"""Settings of a report on a bundle."""

from dataclasses import dataclass

from charbard.config.declare import check, setting

__all__ = ["ReportOptions"]


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """Settings of a report: how many samples it takes, and how they are drawn."""

    texts: int = setting(
        200, "Texts to write for each form, or in all; more make the figures firmer.", minimum=2
    )
    themes: int = setting(16, "Themes to write on, four poems each; 0 for none.", minimum=0)
    part: str = setting(
        "test",
        "Which held-out side of the text to measure against.",
        choices=("validation", "test"),
    )
    temperature: float = setting(1.0, "Temperature of what is written.", minimum=0.01, maximum=10.0)
    samples: int = setting(6, "Texts of each form to show.", minimum=0, maximum=100)
    seed: int = setting(1, "Repeat a report exactly.", minimum=0, maximum=2**53)
    skip: tuple[str, ...] = setting((), "Sections to leave out.")

    def __post_init__(self) -> None:
        check(self)
