"""The form of a 诗 in the corpus: the name of its shape, or fragment (句)."""

from collections.abc import Sequence

from charbard.prosody.shape import shape_name

__all__ = ["FRAGMENT", "form_of"]

FRAGMENT = "句"
_LEAST_LINES = 4


def form_of(lines: Sequence[str]) -> str:
    """Return the name of a poem's shape, or 句 for a fragment of fewer than four lines.

    >>> form_of(["床前明月光", "疑是地上霜", "举头望明月", "低头思故乡"])
    '五绝'
    >>> form_of(["海内存知己", "天涯若比邻"])
    '句'
    >>> form_of(["鹅鹅鹅", "曲项向天歌", "白毛浮绿水", "红掌拨清波"])
    '杂言'
    """
    if len(lines) < _LEAST_LINES:
        return FRAGMENT
    return shape_name([len(line) for line in lines])
