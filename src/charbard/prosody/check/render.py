"""A report as people read it: a short text, or a table of every character.

Level is ○, oblique ●; ◐ can be both, and ？ is not in the book. A place that breaks a rule is set
in brackets, so that colour is not needed.
"""

from collections.abc import Iterator

from charbard.prosody.book import book_named, rhyme_label
from charbard.prosody.check.finding import RULES, Finding
from charbard.prosody.check.report import Report
from charbard.prosody.check.tones import BOTH

__all__ = ["as_table", "as_text", "describe"]

_MARKS = str.maketrans("平仄中", "○●◐")


def as_text(report: Report) -> str:
    """The verdict, each line with its tones, then what was found."""
    return "\n".join([_head(report), *_lines(report), *_findings(report), _tail(report)])


def as_table(report: Report) -> str:
    """Every character with what its place asks, what it can be, and how it is read."""
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
    verdict = "kept" if report.is_kept else f"broken at {_count(report)}"
    found = "" if report.is_given else " (recognised)"
    book = book_named(report.book).name
    head = f"{report.form} {report.variant}{found}, {book}: {verdict}"
    return f"{head}; {report.remark}" if report.remark else head


def _count(report: Report) -> str:
    count = len(report.violations)
    return f"{count} place{'s' if count > 1 else ''}"


def _lines(report: Report) -> Iterator[str]:
    width = max(report.poem.shape) + 1
    wrong = {(each.line, each.place) for each in report.violations}
    for number, (line, mark) in enumerate(
        zip(report.poem.lines, report.poem.marks, strict=True), 1
    ):
        tones = "".join(
            f"[{tone}]" if (number, place) in wrong else tone
            for place, tone in enumerate(report.chosen(number).translate(_MARKS), 1)
        )
        rhyme = report.rhymes[number - 1]
        shown = f"  {rhyme.tone} {rhyme_label(rhyme.rhyme, book=report.book)}" if rhyme else ""
        yield f"{(line + mark).ljust(width, '　')}  {tones}{shown}"


def _findings(report: Report) -> Iterator[str]:
    for finding in report.violations:
        yield f"✗ {describe(report, finding)}"
    for finding in report.notes:
        yield f"· {describe(report, finding)}"


def describe(report: Report, finding: Finding) -> str:
    """One finding in words: where, which rule, what would be right.

    >>> from charbard.prosody.check import check
    >>> report = check("白日依山尽，黄河入海流。欲穷千里目，更上一层天。", "五绝")
    >>> describe(report, report.violations[0])
    'line 4, character 5 天: 出韵 (the line does not rhyme with the others); allowed: 平 尤'
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
    return f"{where}: {rule.name} ({rule.says})" + (f"; allowed: {allowed}" if allowed else "")


def _tail(report: Report) -> str:
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
