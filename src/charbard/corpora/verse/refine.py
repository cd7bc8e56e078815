"""Turn one poem of the source into a record: cleaned, simplified, with its form or tune."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from charbard.corpora.verse.clean import (
    Unusable,
    cleaned_author,
    cleaned_text,
    cleaned_title,
    joined,
    regular_marks,
)
from charbard.corpora.verse.forms import FRAGMENT, form_of
from charbard.corpora.verse.gather import Gathered, RawPoem
from charbard.corpora.verse.sets import joined_poems
from charbard.corpora.verse.tunes import known_tunes, tune_of_ci, tune_of_qu
from charbard.corpus.verse.poem import Poem, lines_of
from charbard.corpus.verse.script import common_spelling, spellings
from charbard.prosody.main_rhyme import main_rhyme, rhyme_sign
from charbard.prosody.shape import MIXED

__all__ = ["Refiner"]

_LEAST_LINES, _LEAST_OF_CI = 2, 3
_STRAY = 3
"""Maximum length, in characters, of a last line that counts as an editor's remark after an even
number of lines of five or of seven characters."""
_NO_TUNE = "失调名"
_BOOKS = {"诗": "pingshui", "词": "cilin", "曲": "cilin"}
"""Kind -> its rhyme book; 诗经 and 楚辞 predate every rhyme book."""


@dataclass(frozen=True)
class Refiner:
    """Turns raw poems into records; holds the names of all known tunes."""

    ci_tunes: frozenset[str]
    qu_tunes: frozenset[str]

    @classmethod
    def of(cls, gathered: Gathered) -> "Refiner":
        """Collect the tunes of all collections."""
        titles = (
            entry["title"] for name in gathered.named("yuanqu/.*") for entry in gathered.files[name]
        )
        return cls(gathered.tunes(), known_tunes(titles))

    def poem(self, raw: RawPoem) -> tuple[Poem, frozenset[str]]:
        """Return (the record of a poem, its lines in all spellings).

        Raises:
            Unusable: The poem cannot be a record; the message says why.
        """
        # All spellings, because a held-out line may be written in any of them.
        texts = spellings(cleaned_text(joined(raw.paragraphs), songs=raw.kind == "曲"))
        return self._record(raw, texts[0]), frozenset(_all_lines(texts))

    def poems(self, raw: RawPoem) -> list[tuple[Poem, frozenset[str]]]:
        """Return the records of a raw poem, which may be a set of several poems; see `poem`.

        Raises:
            Unusable: The poem cannot be a record; the message says why.
        """
        poem, lines = self.poem(raw)
        parts = list(joined_poems(raw.title, poem.lines)) if poem.kind == "诗" else [poem.lines]
        if len(parts) == 1:
            return [(poem, lines)]
        return [(self._part(poem, part, place), lines) for place, part in enumerate(parts, 1)]

    def _part(self, whole: Poem, lines: tuple[str, ...], place: int) -> Poem:
        text = regular_marks(lines)
        return replace(
            whole,
            id=f"{whole.id}.{place}",
            form=form_of(lines),
            rhyme=_rhyme(whole.kind, text),
            text=text,
        )

    def _record(self, raw: RawPoem, text: str) -> Poem:
        lines = _without_stray(lines_of(text)) if raw.kind == "诗" else lines_of(text)
        if len(lines) < _LEAST_LINES:
            raise Unusable("a single line")
        kind, form, title = self._named(raw, lines)
        if kind == "诗" and len(lines) % 2 == 0 and form not in (MIXED, FRAGMENT):
            text = regular_marks(lines)
        title = common_spelling(cleaned_title(title))
        return Poem(
            id=raw.id,
            kind=kind,
            dynasty=raw.dynasty,
            author=common_spelling(cleaned_author(raw.author)),
            # A model would learn nothing from a title that repeats the first line.
            title="" if title == lines[0] else title,
            form=common_spelling(form),
            rhyme=_rhyme(kind, text),
            text=text,
            tags=tuple(map(common_spelling, raw.tags)),
        )

    def _named(self, raw: RawPoem, lines: tuple[str, ...]) -> tuple[str, str, str]:
        """Return (kind, form or tune, title) of a poem."""
        form = form_of(lines)
        if raw.kind == "曲" and raw.tune:
            return "曲", raw.tune, raw.title
        if raw.kind == "曲":
            return "曲", *tune_of_qu(raw.title, self.qu_tunes)
        if raw.kind != "词" or len(lines) < _LEAST_OF_CI:
            return raw.kind, form, raw.title
        tune = tune_of_ci(raw.tune)
        if tune not in self.ci_tunes and form not in (MIXED, FRAGMENT):  # a 诗 in a book of 词
            return "诗", form, "·".join(filter(None, (raw.tune, raw.title)))
        return "词", tune or _NO_TUNE, raw.title


def _rhyme(kind: str, text: str) -> str:
    """Return the sign of the main rhyme; empty if there is none."""
    group = main_rhyme(text, book=_BOOKS[kind]) if kind in _BOOKS else None
    return "" if group is None else rhyme_sign(group, book=_BOOKS[kind]) or ""


def _without_stray(lines: tuple[str, ...]) -> tuple[str, ...]:
    before = {len(line) for line in lines[:-1]}
    if before in ({5}, {7}) and len(lines) % 2 and len(lines[-1]) <= _STRAY:
        return lines[:-1]
    return lines


def _all_lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield every line of the texts, and each part of a line between pauses."""
    for text in set(texts):
        yield from lines_of(text)
        if "、" in text:
            yield from lines_of(text.replace("、", "，"))
