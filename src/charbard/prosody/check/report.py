"""The report that a check returns."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from charbard.prosody.book import Reading, book_named, rhyme_label
from charbard.prosody.check.finding import RULES, Finding
from charbard.prosody.check.remark import Remark
from charbard.prosody.check.tones import BOTH, UNKNOWN
from charbard.prosody.poem import Poem

__all__ = ["Report"]


@dataclass(frozen=True)
class Report:
    """A poem judged against a form."""

    form: str | None
    """Name of the form; None if no known form fits."""
    kind: str | None
    variant: str
    book: str
    """Key of the rhyme book that was used."""
    poem: Poem
    tones: tuple[str, ...]
    """For each line, the possible tones of its characters: 平, 仄, 中 (both) or ？ (not listed)."""
    patterns: tuple[str, ...]
    """For each line, the tones that its places require: 平, 仄 or 中 (free)."""
    rhymes: tuple[Reading | None, ...]
    """For each line, the reading in which its last character rhymes; None for no rhyme."""
    findings: tuple[Finding, ...]
    is_strict: bool
    """Whether some reading of each character keeps every rule, with no rescue by another line and
    no borrowed rhyme (T4 in docs/prosody.md)."""
    is_given: bool = True
    """Whether the form was requested rather than identified."""
    remarks: tuple[Remark, ...] = ()
    """How the text was read, and how its form was identified."""
    groups: tuple[str, ...] = ()
    """For each line, the letter of the rhyme that it belongs to; empty for none."""

    @cached_property
    def violations(self) -> tuple[Finding, ...]:
        """Findings that break a rule."""
        return tuple(each for each in self.findings if not each.legal)

    @cached_property
    def notes(self) -> tuple[Finding, ...]:
        """Findings that are legal but worth mentioning, such as 拗救."""
        return tuple(each for each in self.findings if each.legal)

    @property
    def remark(self) -> str:
        """The remarks in English."""
        return "; ".join(each.says for each in self.remarks)

    @property
    def verdict(self) -> str:
        """One of kept, broken, unjudged and unknown.

        Unjudged means that no rule is broken, but that some places have characters that the book
        does not list. Unknown means that no form fits.
        """
        if self.form is None:
            return "unknown"
        if not all(each.legal for each in self.findings):
            return "broken"
        return "unjudged" if self.unjudged else "kept"

    @property
    def is_kept(self) -> bool:
        """Whether every rule is certainly kept; a rescue by another line is allowed (T5)."""
        return self.verdict == "kept"

    @property
    def unjudged(self) -> tuple[tuple[int, int], ...]:
        """1-based pairs (line, place) where a tone or rhyme is required, but the book does not list
        the character."""
        return tuple(
            (line, place)
            for line, (tones, pattern) in enumerate(zip(self.tones, self.patterns, strict=True), 1)
            if UNKNOWN in tones
            for place, (tone, wanted) in enumerate(zip(tones, pattern, strict=True), 1)
            if tone == UNKNOWN and (wanted != BOTH or self._rhymes_at(line, place))
        )

    def _rhymes_at(self, line: int, place: int) -> bool:
        groups = self.groups[line - 1 : line]
        return bool(groups and groups[0]) and place == len(self.poem.lines[line - 1])

    @property
    def fixed(self) -> int:
        """Number of places that require a tone."""
        return sum(len(pattern) - pattern.count(BOTH) for pattern in self.patterns)

    @property
    def free(self) -> int:
        """Number of places that require a tone but whose characters have both tones or are
        unlisted."""
        return sum(
            wanted != BOTH and tone not in "平仄"
            for tones, pattern in zip(self.tones, self.patterns, strict=True)
            for tone, wanted in zip(tones, pattern, strict=True)
        )

    @property
    def unknown(self) -> str:
        """Characters that the book does not list."""
        pairs = zip("".join(self.poem.lines), "".join(self.tones), strict=True)
        return "".join(dict.fromkeys(char for char, tone in pairs if tone == UNKNOWN))

    def chosen(self, line: int) -> str:
        """Return the tone in which each character of a line (1-based) is read; 中 if both would
        fit."""
        # A rescued character is read oblique, though its place requires a level one.
        rescued = {
            each.place for each in self.findings if (each.rule, each.line) == ("rescue", line)
        }
        pairs = enumerate(zip(self.tones[line - 1], self.patterns[line - 1], strict=True), 1)
        return "".join(
            tone if tone in "平仄" else "仄" if place in rescued else wanted
            for place, (tone, wanted) in pairs
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the whole report as JSON-compatible values."""
        return {
            "form": self.form,
            "kind": self.kind,
            "variant": self.variant,
            "book": self.book,
            "book_name": book_named(self.book).name,
            "title": self.poem.title,
            "is_kept": self.is_kept,
            "is_strict": self.is_strict,
            "verdict": self.verdict,
            "form_given": self.is_given,
            "remark": self.remark,
            "remarks": [{"says": each.says, "says_zh": each.says_zh} for each in self.remarks],
            "unjudged": [{"line": line, "place": place} for line, place in self.unjudged],
            "stanza_ends": sorted(self.poem.stanza_ends),
            "fixed": self.fixed,
            "free": self.free,
            "unknown": self.unknown,
            "lines": [self._line(number) for number in range(1, len(self.poem.lines) + 1)],
            "violations": [_finding(each) for each in self.violations],
            "notes": [_finding(each) for each in self.notes],
        }

    def _line(self, number: int) -> dict[str, Any]:
        rhyme = self.rhymes[number - 1]
        return {
            "text": self.poem.lines[number - 1],
            "mark": self.poem.marks[number - 1],
            "tones": self.tones[number - 1],
            "pattern": self.patterns[number - 1],
            "read_as": self.chosen(number),
            "rhyme": rhyme.rhyme if rhyme else None,
            "rhyme_tone": rhyme.tone if rhyme else None,
            "rhyme_label": rhyme_label(rhyme.rhyme, book=self.book) if rhyme else None,
            "group": self.groups[number - 1] or None if self.groups else None,
        }


def _finding(finding: Finding) -> dict[str, Any]:
    rule = RULES[finding.rule]
    return {
        "rule": finding.rule,
        "name": rule.name,
        "says": rule.says,
        "says_zh": rule.says_zh,
        "line": finding.line or None,
        "place": finding.place,
        "allowed": finding.allowed or None,
    }
