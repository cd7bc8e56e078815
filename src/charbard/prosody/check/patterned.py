"""Match lines to the tone patterns of a form's table, for every form except regulated verse."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from charbard.prosody.check.finding import Finding
from charbard.prosody.check.tones import BOTH, fits
from charbard.prosody.form import Line

__all__ = ["best_pattern", "tone_findings"]


def best_pattern(
    tones: str, patterns: tuple[str, ...], usual: str | None = None
) -> tuple[str, tuple[int, ...]]:
    """Return (the pattern that a line fits best, 1-based places where it does not fit).

    Args:
        tones: All possible tones of each character.
        patterns: Patterns that the form allows.
        usual: Usual tones of each character, which break ties between patterns.

    >>> best_pattern("平仄平仄平", ("平仄中中平", "仄仄仄仄仄"))
    ('平仄中中平', ())
    """
    scored = [(pattern, _misfits(tones, pattern)) for pattern in patterns]
    return min(scored, key=lambda pair: (len(pair[1]), len(_misfits(usual or tones, pair[0]))))


def _misfits(tones: str, pattern: str) -> tuple[int, ...]:
    pairs = enumerate(zip(tones, pattern, strict=True), 1)
    # This repeats `fits` without the call, because it is the innermost loop of a check.
    return tuple(
        place
        for place, (tone, wanted) in pairs
        if tone != wanted and wanted != BOTH and tone in "平仄"
    )


SPECIAL = "平平仄平仄"
"""特拗: the tones that may replace 平平平仄仄 at the end of a line of 词, as in regulated verse
(王力)."""


def _is_special(tones: str, pattern: str, misfits: tuple[int, ...]) -> bool:
    """Return whether a line deviates from its pattern only by 特拗."""
    return (
        len(pattern) in (5, 7)
        # Places count from 1, so this is the last place but one, which must misfit. The place
        # before it may misfit.
        and misfits[-1:] == (len(pattern) - 1,)
        and set(misfits) <= {len(pattern) - 2, len(pattern) - 1}
        and pattern[-4:] in ("平平仄仄", "平中仄仄")
        and pattern[-5] != "仄"
        and all(map(fits, tones[-5:], SPECIAL))
    )


RESCUED = "仄平平仄平"
"""孤平拗救: the tones that may replace 平平仄仄平. A level third-last character rescues the oblique
first one."""


def _is_rescued(tones: str, pattern: str, misfits: tuple[int, ...]) -> bool:
    """Return whether a line deviates from its pattern only by 孤平拗救."""
    size = len(pattern)
    return (
        size in (5, 7)
        # Of the last five places, the first must misfit (oblique instead of level). The third may,
        # because its level tone is the rescue.
        and misfits[:1] == (size - 4,)
        and set(misfits) <= {size - 4, size - 2}
        and pattern[-5:] in ("平平仄仄平", "平平中仄平")
        and tones[-3] != "仄"
    )


def tone_findings(
    tones: Sequence[str], usual: Sequence[str], lines: Iterable[Line]
) -> tuple[list[str], list[Finding]]:
    """Return (the pattern of each line, the findings on tones).

    Args:
        tones: All possible tones of each line.
        usual: Usual tones of each line, which break ties between patterns.
        lines: The lines of a variant.
    """
    patterns, findings = [], []
    for number, (every, mostly, line) in enumerate(zip(tones, usual, lines, strict=True), 1):
        pattern, misfits, rule = _kept_pattern(every, line.patterns, mostly)
        patterns.append(pattern)
        if rule:
            findings.append(Finding(rule, number, len(pattern) - 2, legal=True))
        findings += [Finding("tone", number, place, pattern[place - 1]) for place in misfits]
    return patterns, findings


@lru_cache(maxsize=65536)  # equal tones recur far more often than equal lines
def _kept_pattern(
    every: str, patterns: tuple[str, ...], mostly: str
) -> tuple[str, tuple[int, ...], str]:
    """Return (the pattern the line fits best, places still at fault, key of the excusing rule).

    A rule excuses all misfits, and its tones replace the pattern's last five; the key is empty if
    no rule is needed or none applies. `every` holds the possible tones of each character, and
    `mostly` the usual ones, which break ties.
    """
    pattern, misfits = best_pattern(every, patterns, mostly)
    if _is_special(every, pattern, misfits):
        return pattern[:-5] + SPECIAL, (), "special"
    if _is_rescued(every, pattern, misfits):
        return pattern[:-5] + RESCUED, (), "self-rescue"
    return pattern, misfits, ""
