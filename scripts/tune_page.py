"""Write derived tunes in the syntax of a page of forms; report how they differ from 钦定词谱."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive_tunes import Tune, Variant

HEAD = """# The tunes of 词, derived by scripts/derive_tunes.py from the poems of the verse corpus
# (MIT; the poems are public domain) and 钦定词谱 (1715, public domain) in the machine form of
# hulbji/couyun (MIT). A place is 平 or 仄 where at least 90 % of the poems agree.
# facts: poems of the tune; of a variant, poems whose sentences end alike. Variants that the book
# decides say so.
"""


def page_of(tunes: "Sequence[Tune]") -> str:
    """Return all tunes as the text of a page that prosody/page.py can read."""
    return HEAD + "".join(map(_form, tunes))


def _form(tune: "Tune") -> str:
    aliases = ", ".join(f'"{name}"' for name in tune.aliases)
    variants = "".join(
        f'[[forms.variants]]\nname = "{each.name}"\nfacts = {{ poems = {each.poems}'
        + ("" if each.is_derived else ", book = true")
        + " }\nstanzas = [\n"
        + "".join(f'    "{stanza}",\n' for stanza in _stanzas(each))
        + "]\n"
        for each in tune.variants
    )
    return f"""
[[forms]]
name = "{tune.name}"
aliases = [{aliases}]
kind = "词"
book = "cilin"
facts = {{ poems = {tune.poems} }}
{variants}"""


def _stanzas(variant: "Variant") -> Iterator[str]:
    """Yield each stanza in the syntax of a page."""
    stanza, start = "", 0
    for line, (size, key) in enumerate(zip(variant.lengths, variant.rhymes, strict=True), 1):
        mark = "。" if key or line in variant.stanza_ends else "，"
        stanza += variant.tones[start : start + size] + (key or "") + mark
        start += size
        if line in variant.stanza_ends:
            yield stanza
            stanza = ""


def compare(variant: "Variant") -> Counter[str]:
    """Count the places of a derived variant by how they differ from its 体."""
    assert variant.book is not None
    found: Counter[str] = Counter()
    for ours, theirs in zip(variant.derived or "", variant.book.tones, strict=True):
        if "中" not in (ours, theirs):
            found["same" if ours == theirs else "opposite"] += 1
        elif ours != theirs:
            found["free in the poems" if ours == "中" else "free in the book"] += 1
        else:
            found["free in both"] += 1
    return found


def report(tunes: "Sequence[Tune]") -> None:
    """Print the tables that benchmarks/tunes.md shows."""
    total: Counter[str] = Counter()
    for tune in tunes:
        for each in tune.variants:
            if each.is_derived and each.book:
                found = compare(each)
                total += found
                print(
                    f"| {tune.name} {each.name} | {each.poems} | {each.held_out:.2%} | "
                    + " | ".join(str(found[kind]) for kind in KINDS)
                    + " |"
                )
    print(dict(total))


KINDS = ("same", "opposite", "free in the poems", "free in the book", "free in both")
