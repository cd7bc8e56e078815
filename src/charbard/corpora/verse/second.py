"""Cleaned poems of poetry-source: headings split, sets divided, modern poets left out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from charbard.corpora.verse.authors import died_later, one_name
from charbard.corpora.verse.candidates import Candidate, Outcomes, group_of, holds_any
from charbard.corpora.verse.clean import Unusable, cleaned_author
from charbard.corpora.verse.gather import RawPoem
from charbard.corpora.verse.poetry_source import PoetrySource
from charbard.corpora.verse.refine import Refiner
from charbard.corpora.verse.sets import marked_poems
from charbard.corpora.verse.titles import ci_heading, listed_qu, qu_heading, tunes_in
from charbard.corpora.verse.tunes import KEYS
from charbard.corpus.verse.script import common_spelling

__all__ = ["second_candidates"]

_LATE = "清"
"""The dynasty whose part contains modern poets."""
_RADICALS = re.compile("[\u2e80-\u2fdf]")
_ALREADY = re.compile("(?<![上乙丁己辛癸辰祓修禊元])巳(?![时日午年月初刻])")
"""The character 巳 where it is a typo for 已, which is nine times out of ten: everywhere except in
names of days, hours and festivals."""
_MARKS = re.compile("[，。、？！；：]")
_DOTS = re.compile(r"\s*[·・．]+\s*")


@dataclass(frozen=True)
class _Tunes:
    ci: frozenset[str]
    qu: frozenset[str]


def second_candidates(
    source: PoetrySource,
    refiner: Refiner,
    held_lines: frozenset[int],
    seen: set[str],
    report: Outcomes,
) -> Iterator[Candidate]:
    """Yield the cleaned poems of poetry-source, skipping texts in `seen`.

    Args:
        source: The files of poetry-source.
        refiner: Builder of records, with the tunes of the other source.
        held_lines: Digests of held-out lines.
        seen: Texts of earlier poems; the text of every new poem is added.
        report: Counter of outcomes.
    """
    tunes = _tunes(source, refiner)
    refiner = replace(refiner, ci_tunes=tunes.ci, qu_tunes=tunes.qu)
    for one in source.poems():
        report.cleaning[group_of(one), "in the source"] += 1
        if one.dynasty == _LATE and cleaned_author(one.author) in died_later():
            report.left_out(group_of(one), "by a poet who died after 1955")
            continue
        parts = marked_poems(one)
        report.cleaning[group_of(one), "in the source"] += len(parts) - 1
        for raw in parts:
            yield from _refined(_headed(raw, tunes), refiner, held_lines, seen, report)


def _refined(
    raw: RawPoem,
    refiner: Refiner,
    held_lines: frozenset[int],
    seen: set[str],
    report: Outcomes,
) -> Iterator[Candidate]:
    group = group_of(raw)
    try:
        found = refiner.poems(raw)
    except Unusable as reason:
        report.left_out(group, str(reason))
        return
    report.cleaning[group, "in the source"] += len(found) - 1
    for poem, lines in found:
        text = "".join(poem.lines)
        if text in seen:
            report.left_out(group, "the same text again")
            continue
        seen.add(text)
        named = replace(poem, author=one_name(poem.author))
        yield Candidate(named, group, holds_any(lines, held_lines))


def _tunes(source: PoetrySource, refiner: Refiner) -> _Tunes:
    """Return the tunes that can appear in the headings of poetry-source."""
    headings = [raw.title for raw in source.poems(kind="词")]
    known = {tune for tune in refiner.qu_tunes if len(tune) > 1}
    return _Tunes(tunes_in(headings, refiner.ci_tunes), frozenset(known | listed_qu()))


def _headed(raw: RawPoem, tunes: _Tunes) -> RawPoem:
    """Return the poem with its heading split and typos corrected."""
    text = tuple(_typed(part) for part in raw.paragraphs)
    title = common_spelling(raw.title)
    if raw.kind == "词":
        heading = ci_heading(title, tunes.ci)
        if not heading.is_plain and _is_even(text):  # a 诗 in a book of 词: 台湾竹枝词
            return replace(raw, tune="", title=_DOTS.sub(" ", title), paragraphs=text)
        return replace(raw, tune=heading.tune, title=heading.title, paragraphs=text)
    if raw.kind == "曲":
        heading = qu_heading(title, tunes.qu, KEYS)
        return replace(raw, tune=heading.tune, title=heading.title, paragraphs=text)
    return replace(raw, title=_DOTS.sub(" ", title), paragraphs=text)


def _typed(text: str) -> str:
    """Correct 巳 in place of 已, radicals in place of characters, and question marks in place of □.

    >>> _typed("不巳，上巳。")
    '不已，上巳。'
    """
    text = _RADICALS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return _ALREADY.sub("已", text.replace("?", "□"))


def _is_even(paragraphs: tuple[str, ...]) -> bool:
    lines = [line for line in _MARKS.split("".join(paragraphs)) if line]
    return len({len(line) for line in lines}) == 1 and len(lines) % 2 == 0
