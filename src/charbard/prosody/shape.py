"""Names for the shape of a poem: the number and the lengths of its lines."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

__all__ = ["MIXED", "REGULATED", "shape_name"]

MIXED = "杂言"
REGULATED: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"五绝": (5,) * 4, "七绝": (7,) * 4, "五律": (5,) * 8, "七律": (7,) * 8}
)
"""Regulated form -> the lengths of its lines."""
_EVEN = {"六绝": (6,) * 4}
_BY_SHAPE = {lengths: name for name, lengths in (*REGULATED.items(), *_EVEN.items())}
_BY_LENGTH = {4: "四言", 5: "五言", 6: "六言", 7: "七言"}


def shape_name(lengths: Sequence[int]) -> str:
    """Return the name of a shape; tones do not matter, so old verse can count as 五律 or 七律.

    >>> [shape_name(lengths) for lengths in ((7, 7, 7, 7), (5, 5), (3, 5, 5, 5))]
    ['七绝', '五言', '杂言']
    """
    found = _BY_SHAPE.get(tuple(lengths))
    if found is not None:
        return found
    return _BY_LENGTH.get(lengths[0], MIXED) if len(set(lengths)) == 1 else MIXED
