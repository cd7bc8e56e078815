"""Render a report for human readers, as a short text or as a table of all characters.

○ is level and ● oblique; ◐ can be either, and ？ is not in the book. Brackets mark a place that
breaks a rule, so that the output does not depend on colour.
"""

from collections.abc import Iterator
from itertools import islice

from charbard.prosody.book import USUAL, Reading, book_named, chars_of, readings_of, rhyme_label
from charbard.prosody.check.finding import RULES, Finding
from charbard.prosody.check.report import Report
from charbard.prosody.check.tones import BOTH

__all__ = ["as_table", "as_text", "describe", "mending", "verdict_words"]

_MOST_MENDING = 3
_MARKS = str.maketrans("平仄中", "○●◐")


def as_text(report: Report) -> str:
    """Render the verdict, each line with its tones, and the findings."""
    return "\n".join([_head(report), *_lines(report), *_findings(report), _tail(report)])


def as_table(report: Report) -> str:
    """Render every character with its required tone, its possible tones, and the tone in which it
    is read."""
    rows = [_head(report), "line\tplace\tchar\tasks\tcan be\tread as\trhyme\tfound"]
    wrong = {(each.line, each.place): RULES[each.rule].name for each in report.findings}
    for number, line in enumerate(report.poem.lines, 1):
        chosen, pattern = report.chosen(number), report.patterns[number - 1]
        rhyme = report.rhymes[number - 1]
        for place, char in enumerate(line, 1):
            ends = rhyme is not None and place == len(line)
            cells = (
                str(number),
                str(place),
                char,
                pattern[place - 1],
                report.tones[number - 1][place - 1],
                chosen[place - 1],
                rhyme_label(rhyme.rhyme, book=report.book) if ends and rhyme else "",
                wrong.get((number, place), ""),
            )
            rows.append("\t".join(cells))
    return "\n".join([*rows, *_findings(report), _tail(report)])


def _head(report: Report) -> str:
    book = book_named(report.book).name
    said = "".join(f"\n· {each.says}" for each in report.remarks)
    if report.form is None:
        return f"no known form, {book}{said}"
    found = "" if report.is_given else " (recognised)"
    name = f"{report.form} {report.variant}".strip()
    return f"{name}{found}, {book}: {verdict_words(report)}{said}"


def verdict_words(report: Report) -> str:
    """Return the verdict in a few words, such as: kept; broken at 3 places; no known form.

    >>> from charbard.prosody.check import check
    >>> verdict_words(check("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"))
    'kept'
    """
    if report.verdict == "broken":
        return f"broken at {_count(len(report.violations), 'place')}"
    if report.verdict == "unjudged":
        return f"cannot be judged at {_count(len(report.unjudged), 'place')}, else kept"
    return report.verdict if report.verdict == "kept" else "no known form"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _lines(report: Report) -> Iterator[str]:
    width = max(report.poem.shape) + 1
    wrong = {(each.line, each.place) for each in report.violations}
    groups = len(set(filter(None, report.groups))) > 1 or report.form is None
    for number, (line, mark) in enumerate(
        zip(report.poem.lines, report.poem.marks, strict=True), 1
    ):
        tones = "".join(
            f"[{tone}]" if (number, place) in wrong else tone
            for place, tone in enumerate(report.chosen(number).translate(_MARKS), 1)
        )
        rhyme = report.rhymes[number - 1]
        shown = f"  {rhyme.tone} {rhyme_label(rhyme.rhyme, book=report.book)}" if rhyme else ""
        letter = f"  {report.groups[number - 1]}" if groups and rhyme else ""
        yield f"{(line + mark).ljust(width, '　')}  {tones}{shown}{letter}"
        if number in report.poem.stanza_ends and number < len(report.poem.lines):
            yield ""


def _findings(report: Report) -> Iterator[str]:
    for finding in report.violations:
        yield f"✗ {describe(report, finding)}"
    for finding in report.notes:
        yield f"· {describe(report, finding)}"


def describe(report: Report, finding: Finding) -> str:
    """Describe one finding in words: the place, the rule, and what would be allowed.

    >>> from charbard.prosody.check import check
    >>> report = check("白日依山尽，黄河入海流。欲穷千里目，更上一层天。", "五绝")
    >>> describe(report, report.violations[0]).partition("; ")[2]
    'allowed: 平 尤, such as 秋 or 流 or 头'
    """
    rule = RULES[finding.rule]
    where = f"line {finding.line}" if finding.line else "the poem"
    if finding.place and finding.line:
        char = report.poem.lines[finding.line - 1][finding.place - 1]
        where += f", character {finding.place} {char}"
    allowed = finding.allowed
    if finding.rule == "rhyme":
        tone = allowed[:1] if allowed[:1] in ("平", "仄") else ""
        name = rhyme_label(allowed.removeprefix(tone), book=report.book)
        allowed = f"{tone} {name}".strip()
    mend = " or ".join(mending(report, finding))
    return (
        f"{where}: {rule.name} ({rule.says})"
        + (f"; allowed: {allowed}" if allowed else "")
        + (f", such as {mend}" if mend else "")
    )


def mending(report: Report, finding: Finding) -> tuple[str, ...]:
    """Return up to three common characters that would fix a wrong rhyme; empty if the finding names
    no rhyme."""
    if finding.legal or finding.place is None or finding.rule not in ("tone", "rhyme"):
        return ()
    tone = finding.allowed[:1] if finding.allowed[:1] in ("平", "仄") else ""
    rhyme = finding.allowed.removeprefix(tone)
    if not rhyme:
        return ()
    found = (
        char
        for each in (("平", "仄") if not tone else (tone,))
        for char in chars_of(Reading(each, rhyme), book=report.book, least=USUAL)
        if len(readings_of(char, book=report.book)) == 1  # it certainly rhymes
    )
    return tuple(islice(found, _MOST_MENDING))


def _tail(report: Report) -> str:
    if report.form is None:
        return _known(report)
    if any(each.rule in ("lines", "length") for each in report.findings):
        return "tones and rhyme are compared once the lines are right"
    free = sum(pattern.count(BOTH) for pattern in report.patterns)
    parts = [
        f"{report.fixed} places ask a tone, {free} are free",
        f"{report.free} of those that ask hold a character that fits either",
    ]
    if report.unknown:
        parts.append(f"not in the book: {report.unknown}")
    return "; ".join(parts)


def _known(report: Report) -> str:
    """Summarise a report without a form: numbers of lines and characters, rhymes, unlisted
    characters."""
    lines = _count(len(report.poem.lines), "line")
    parts = [f"{lines}, {_count(sum(report.poem.shape), 'character')}"]
    if groups := [group for group in dict.fromkeys(report.groups) if group]:
        parts.append(f"lines that rhyme have one letter: {' '.join(groups)}")
    if report.unknown:
        parts.append(f"not in the book: {report.unknown}")
    return "; ".join(parts)
