"""A report without a form, for any text: tones, rhymes, and which lines rhyme together.

Such a report serves texts whose lines match no known form: an unknown tune, a single line or a
modern poem.
"""

from charbard.prosody.check.remark import Remark, remark
from charbard.prosody.check.report import Report
from charbard.prosody.check.tones import BOTH, tone_strings
from charbard.prosody.poem import Poem
from charbard.prosody.template import rhyme_groups

__all__ = ["is_modern", "unknown_report"]

_TODAY = frozenset("的了吗吧呢啊们这那哪么着很把被给让您咱您")
_MODERN_SHARE, _MODERN_LEAST = 0.06, 2
_MOST_SHOWN = 12


def is_modern(poem: Poem) -> bool:
    """Return whether a text is in modern Chinese, judging by particles that are rare in old verse.

    >>> from charbard.prosody import read_poem
    >>> is_modern(read_poem("轻轻的我走了，正如我轻轻的来；我轻轻的招手，作别西天的云彩。"))
    True
    """
    text = "".join(poem.lines)
    # At least two are required, because a single 着 or 那 also occurs in classical verse.
    count = sum(map(_TODAY.__contains__, text))
    return count >= _MODERN_LEAST and count >= _MODERN_SHARE * len(text)


def unknown_report(
    poem: Poem, *, book: str | None, remarks: tuple[Remark, ...] = (), forms: tuple[str, ...] = ()
) -> Report:
    """Report what can be determined about a poem without its form.

    Args:
        book: A rhyme book's key; None selects the 中华新韵 for modern Chinese, the 平水韵 for lines
            of one length, and otherwise the 词林正韵.
        remarks: Why no form was found, if known.
        forms: Names of forms with this number of characters, for a text not divided into lines.
    """
    modern = is_modern(poem)
    if book is None:
        even = len(set(poem.shape)) == 1
        book = "xinyun" if modern else "pingshui" if even else "cilin"
    groups = rhyme_groups([line[-1] for line in poem.lines], book=book)
    return Report(
        form=None,
        kind=None,
        variant="",
        book=book,
        poem=poem,
        tones=tone_strings(poem.lines, book=book),
        patterns=tuple(BOTH * len(line) for line in poem.lines),
        rhymes=tuple(group[1] if group else None for group in groups),
        findings=(),
        is_strict=False,
        is_given=False,
        remarks=remarks or (_why(poem, forms, modern=modern),),
        groups=tuple(group[0] if group else "" for group in groups),
    )


def _why(poem: Poem, forms: tuple[str, ...], *, modern: bool) -> Remark:
    if modern:
        return remark("modern")
    if poem.is_undivided and forms:
        return remark("undivided", count=sum(poem.shape), forms="、".join(forms))
    if poem.is_undivided and sum(poem.shape) > _MOST_SHOWN:
        return remark("undivided-none", count=sum(poem.shape))
    if len(poem.lines) == 1:
        return remark("single")
    shape = " ".join(map(str, poem.shape[:_MOST_SHOWN]))
    return remark("no-form", shape=shape + (" …" if len(poem.shape) > _MOST_SHOWN else ""))
