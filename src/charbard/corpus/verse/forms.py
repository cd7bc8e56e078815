"""Name the form of a 诗 by its shape: the number and length of its lines. No tones, no rhyme."""

from collections.abc import Sequence

__all__ = ["FRAGMENT", "MIXED", "form_of"]

_BY_SHAPE = {(4, 5): "五绝", (4, 7): "七绝", (4, 6): "六绝", (8, 5): "五律", (8, 7): "七律"}
_BY_WIDTH = {4: "四言", 5: "五言", 6: "六言", 7: "七言"}
FRAGMENT, MIXED = "句", "杂言"
_LEAST_LINES = 4


def form_of(lines: Sequence[str]) -> str:
    """Return the name of a shape; an old poem of eight equal lines counts as 五律 or 七律 here.

    >>> form_of(["床前明月光", "疑是地上霜", "举头望明月", "低头思故乡"])
    '五绝'
    >>> form_of(["海内存知己", "天涯若比邻"])
    '句'
    >>> form_of(["鹅鹅鹅", "曲项向天歌", "白毛浮绿水", "红掌拨清波"])
    '杂言'
    """
    if len(lines) < _LEAST_LINES:
        return FRAGMENT
    widths = {len(line) for line in lines}
    if len(widths) > 1:
        return MIXED
    width = widths.pop()
    return _BY_SHAPE.get((len(lines), width)) or _BY_WIDTH.get(width, MIXED)
