"""Forms without a page: derived from a poem, or built from line lengths."""

import re
from collections.abc import Iterator, Sequence

from charbard.errors import OptionError
from charbard.prosody.book import Reading, book_named, readings_of, tones_of
from charbard.prosody.form import Form, Line, Variant
from charbard.prosody.poem import Poem, read_poem

__all__ = ["form_of_lengths", "form_of_text", "is_lengths"]

MAX_LINE, MAX_LINES = 30, 200
_LENGTHS = re.compile(r"\d+[a-z]?(?:[\s,，/／]+\d+[a-z]?)*")
_LENGTH = re.compile(r"(\d+)([a-z]?)\s*([/／]?)")


def is_lengths(name: str) -> bool:
    """Return whether a form's name is a list of line lengths.

    >>> is_lengths("7,5,7a,5a"), is_lengths("五律")
    (True, False)
    """
    return _LENGTHS.fullmatch(name.strip()) is not None


def form_of_lengths(lengths: str, *, book: str = "xinyun") -> Form:
    """Build a form with lines of these lengths and free tones.

    Args:
        lengths: Numbers separated by commas or spaces. Lines with the same letter after their
            number rhyme with each other, in any tone; a slash ends a stanza.

    Raises:
        OptionError: The list is malformed, a line is too long, or there are too many lines.

    >>> form = form_of_lengths("7a,5a/7,5a")
    >>> form.variants[0].lengths, form.variants[0].lines[1].ends_stanza
    ((7, 5, 7, 5), True)
    """
    if not is_lengths(lengths):
        raise OptionError(
            f"{lengths!r} is not a list of line lengths",
            code="lengths.unreadable",
            values={"text": lengths},
            hint="like 7a,5,7a,5a/7,7",
        )
    found = _LENGTH.findall(lengths)
    if len(found) > MAX_LINES or not all(1 <= int(size) <= MAX_LINE for size, _, _ in found):
        raise OptionError(
            f"{lengths!r} has a line or a number of lines that is too large, or a line of none",
            code="lengths.large",
            values={"text": lengths, "most": MAX_LINE, "lines": MAX_LINES},
            hint=f"lines have 1 to {MAX_LINE} characters, and there may be {MAX_LINES}",
        )
    lines = tuple(
        Line(
            ("中" * int(size),),
            rhyme or None,
            "。" if number % 2 == 0 or number == len(found) or slash else "，",
            ends_stanza=bool(slash) or number == len(found),
        )
        for number, (size, rhyme, slash) in enumerate(found, 1)
    )
    return Form(lengths.strip(), "歌词", (Variant("模板", lines),), book=book_named(book).key)


def form_of_text(text: str, *, book: str = "pingshui", tones: bool = True) -> Form:
    """Derive a form from a given poem, so that similar poems can be written.

    The form has the line lengths, punctuation and stanzas of the text. A tone is fixed where the
    text's character has only one tone. Lines rhyme if they share rhyme and tone with another line
    at most four lines away.

    Args:
        text: The poem.
        book: Key or name of the rhyme book that decides tones and rhymes.
        tones: Whether the form has the tones of the text; if not, all tones except those of rhyme
            words are free.

    Raises:
        OptionError: The text has no Chinese character, a line that is too long, or too many lines.

    >>> form = form_of_text("床前明月光，疑是地上霜。举头望明月，低头思故乡。")
    >>> [line.rhyme for line in form.variants[0].lines]
    ['a', 'a', None, 'a']
    """
    poem, book = read_poem(text), book_named(book).key
    if len(poem.lines) > MAX_LINES or max(poem.shape) > MAX_LINE:
        raise OptionError(
            f"the text has {len(poem.lines)} lines, the longest of {max(poem.shape)} characters",
            code="like.large",
            values={
                "count": len(poem.lines),
                "longest": max(poem.shape),
                "lines": MAX_LINES,
                "most": MAX_LINE,
            },
            hint=f"a template has up to {MAX_LINES} lines of up to {MAX_LINE} characters",
        )
    groups = rhyme_groups([line[-1] for line in poem.lines], book=book)
    lines = tuple(_lines(poem, groups, book=book, tones=tones))
    name = poem.title or poem.lines[0]
    return Form(f"如《{name}》", "模板", (Variant("模板", lines),), book=book)


def _lines(
    poem: Poem, groups: Sequence[tuple[str, Reading] | None], *, book: str, tones: bool
) -> Iterator[Line]:
    for number, (chars, mark, group) in enumerate(
        zip(poem.lines, poem.marks, groups, strict=True), 1
    ):
        pattern = "".join(_tone(char, book) if tones else "中" for char in chars)
        if group is not None:
            pattern = pattern[:-1] + group[1].tone
        key = group[0] if group else None
        yield Line((pattern,), key, mark, number in poem.stanza_ends)


def _tone(char: str, book: str) -> str:
    found = tones_of(char, book=book)
    return min(found) if len(found) == 1 else "中"


def rhyme_groups(ends: Sequence[str], *, book: str) -> list[tuple[str, Reading] | None]:
    """Return, for each line end, the key of its rhyme and the rhyming reading; None for no rhyme.

    The largest group of line ends with a common reading is formed first. A line end without a
    partner within four lines does not rhyme.

    >>> rhyme_groups("光霜月乡", book="pingshui")[1]
    ('a', Reading(tone='平', rhyme='阳'))
    """
    # The choice is greedy: the largest run with a common reading comes first, or the earliest of
    # several, and its line ends are then settled.
    open_ends = dict(enumerate(readings_of(end, book=book) for end in ends))
    chosen: list[Reading | None] = [None] * len(ends)
    while runs := [
        (len(run), -run[0], reading, run)
        for reading in set().union(*open_ends.values())
        for run in _runs([place for place, found in open_ends.items() if reading in found])
    ]:
        # The reading breaks remaining ties, since the order of a set varies between processes.
        size, _, reading, run = max(runs)
        if size < 2:
            break
        for place in run:
            chosen[place] = reading
            del open_ends[place]
    keys: dict[Reading, str] = {}
    for found in chosen:
        if found is not None and found not in keys and len(keys) < 26:
            keys[found] = "abcdefghijklmnopqrstuvwxyz"[len(keys)]
    return [(keys[found], found) if found in keys else None for found in chosen]


def _runs(places: list[int]) -> Iterator[list[int]]:
    """Split an ascending sequence of places wherever two neighbours are more than four apart."""
    run: list[int] = []
    for place in places:
        if run and place - run[-1] > 4:
            yield run
            run = []
        run.append(place)
    if run:
        yield run
