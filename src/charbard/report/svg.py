"""Bar charts as inline SVG: no script, colours inherited from the page."""

import html
from collections.abc import Mapping

__all__ = ["bars"]

_WIDTH, _ROW, _NAMES, _VALUES = 640, 22, 190, 76


def bars(values: Mapping[str, float], *, label: str, show: str = "{:.3g}") -> str:
    """Draw one bar per value, all on one scale from zero.

    Args:
        values: Name -> value; a negative value gets a bar of length zero.
        label: What the bars mean, for screen readers.
        show: Format string for a value.
    """
    most = max([value for value in values.values() if value > 0], default=1.0)
    room = _WIDTH - _NAMES - _VALUES
    rows = []
    for place, (name, value) in enumerate(values.items()):
        y, width = place * _ROW, room * max(0.0, value) / most
        kind = ' class="people"' if name.endswith("by people") else ""
        rows.append(
            f'<text x="{_NAMES - 8}" y="{y + 15}" text-anchor="end">{html.escape(name)}</text>'
            f'<rect{kind} x="{_NAMES}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 8}"/>'
            f'<text x="{_NAMES + width + 6:.1f}" y="{y + 15}">{show.format(value)}</text>'
        )
    height = _ROW * len(values)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{html.escape(label)}">'
        f"{''.join(rows)}</svg>"
    )
