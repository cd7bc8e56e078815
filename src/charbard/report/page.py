"""Render a report as one HTML page: no script, no network, light and dark."""

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from charbard.report.svg import bars

__all__ = ["cell", "page", "readable"]

_SHORT, _A_ROW = 14, 8
"""Maximum length, in characters, of texts that share a row, and their number in a row."""

_STYLE = """
:root{--ink:#222;--paper:#fbfaf7;--soft:#6b675f;--line:#ddd6c8;--bar:#b5442e;--people:#8d9a86;
--box:#f3f0e8}
@media(prefers-color-scheme:dark){:root{--ink:#ddd;--paper:#1b1a18;--soft:#9a958a;--line:#3a3731;
--bar:#d0674f;--people:#76836f;--box:#26241f}}
body{font:16px/1.65 Georgia,"Songti SC","Noto Serif CJK SC",serif;max-width:52rem;
margin:3rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}
h1,h2,h3{font-weight:normal;line-height:1.25}h2{margin-top:3rem}
h3{font-size:1rem;color:var(--soft)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;white-space:nowrap}
th,td{padding:.25rem .8rem .25rem 0;text-align:right;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}th{font-weight:normal;color:var(--soft)}
svg{width:100%;min-width:30rem;height:auto;font-size:12px;margin:.5rem 0 1rem}
svg text{fill:var(--ink)}svg rect{fill:var(--bar)}svg rect.people{fill:var(--people)}
.texts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));gap:.6rem}
pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;background:var(--box);
padding:.7rem .9rem;margin:0}
p.says,small{color:var(--soft)}
details{margin-top:2rem}
"""


def page(document: Mapping[str, Any]) -> str:
    """Return a report as an HTML page.

    Args:
        document: What `collect` returns.
    """
    title = html.escape(document["title"])
    model = document["model"]
    body = [
        f"<h1>{title}</h1>",
        f"<p>{html.escape(model['network'])}, {model['weights'] / 1e6:.2f} million weights, "
        f"{model['characters']:,} characters; model {html.escape(model['digest'] or 'unsaved')}."
        "</p>",
        *(_section(section) for section in document["sections"]),
        "<details><summary>How it was made and measured</summary>",
        _facts({**model["provenance"], "measured": document["text"], "by": document["options"]}),
        "</details>",
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style>{''.join(body)}</html>\n"
    )


def _section(section: Mapping[str, Any]) -> str:
    parts = [
        f'<section id="{section["key"]}"><h2>{html.escape(section["title"])}</h2>',
        f'<p class="says">{html.escape(section["says"])}</p>',
    ]
    if section["chart"]:
        parts.append(_chart(section))
    if section["rows"]:
        parts.append(_table(section))
    for heading, texts in section["texts"].items():
        parts.append(f"<h3>{html.escape(heading)}</h3>" + _texts(texts))
    return "".join([*parts, "</section>"])


def _chart(section: Mapping[str, Any]) -> str:
    column = section["chart"]
    values = {
        name: row[column]
        for name, row in section["rows"].items()
        if isinstance(row.get(column), int | float)
    }
    show = "{:.1%}" if column in section["shares"] else "{:.3g}"
    if not values:
        return ""
    drawn = bars(values, label=f"{section['title']}: {column}", show=show)
    return f'<h3>{html.escape(column)}</h3><div class="scroll">{drawn}</div>'


def _table(section: Mapping[str, Any]) -> str:
    rows = section["rows"]
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    head = "".join(f"<th>{html.escape(column)}</th>" for column in ("", *columns))
    lines = (
        f"<tr><td>{html.escape(name)}</td>"
        + "".join(f"<td>{cell(row.get(c), share=c in section['shares'])}</td>" for c in columns)
        + "</tr>"
        for name, row in rows.items()
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(lines)}</table></div>'


def cell(value: Any, *, share: bool) -> str:
    """Format one figure: shares as percentages, counts with commas.

    >>> cell(0.1234, share=True), cell(1234, share=False), cell(None, share=False)
    ('12.3 %', '1,234', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, str):
        return html.escape(value)
    if share:
        return f"{100 * value:.1f} %" if value >= 0.01 or not value else f"{100 * value:.2f} %"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3f}"


def _texts(texts: Sequence[str]) -> str:
    boxes = (f"<pre>{html.escape(text)}</pre>" for text in readable(texts))
    return f'<div class="texts">{"".join(boxes)}</div>'


def readable(texts: Sequence[str]) -> list[str]:
    r"""Lay out texts for reading: verse one sentence per line, many short texts in shared rows.

    >>> readable(["床前明月光，疑是地上霜。举头望明月，低头思故乡。"])
    ['床前明月光，疑是地上霜。\n举头望明月，低头思故乡。']
    >>> readable(["李 · 白", "杜 · 甫"])
    ['李 · 白    杜 · 甫']
    """
    if texts and all(len(text) <= _SHORT and "\n" not in text for text in texts):
        rows = (texts[place : place + _A_ROW] for place in range(0, len(texts), _A_ROW))
        return ["\n".join("    ".join(row) for row in rows)]
    return [text if "\n" in text else text.replace("。", "。\n").strip() for text in texts]


def _facts(facts: Mapping[str, Any]) -> str:
    rows = (
        f"<tr><td>{html.escape(str(name))}</td><td><pre>{html.escape(_short(value))}</pre></td></tr>"
        for name, value in facts.items()
    )
    return f'<div class="scroll"><table>{"".join(rows)}</table></div>'


def _short(value: Any) -> str:
    """Format a setting as JSON, without its vocabulary, which the bundle contains."""
    if isinstance(value, dict):
        value = {name: item for name, item in value.items() if name != "chars"}
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
