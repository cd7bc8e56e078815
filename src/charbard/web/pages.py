"""HTML that the server renders itself: the page of a shared poem, and the not-found page."""

from collections.abc import Mapping
from html import escape

from charbard.web.link import Shared

__all__ = ["lost_page", "shared_page"]

_NAME = "吟游 charbard"
_HEAD = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>{title}</title>{more}
<link rel="icon" href="{root}icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}css/base.css"><link rel="stylesheet" href="{root}css/views.css">
</head><body><main class="main"><article class="page-poem">
"""
_FOOT = "</article></main></body></html>\n"


def shared_page(poem: Shared, packed: str) -> str:
    """Return the page of a shared poem, for a path one level below the studio's own.

    Link previews use its Open Graph tags. The page can be read without scripts; its script opens
    the poem in the studio.
    """
    title = poem.title or _NAME
    told = {
        "og:type": "article",
        "og:site_name": _NAME,
        "og:title": title,
        "og:description": poem.beginning,
        "og:locale": "zh_CN",
    }
    named = [("property", name, value) for name, value in told.items()]
    named += [("name", "description", poem.beginning), ("name", "twitter:card", "summary")]
    tags = "".join(
        f'\n<meta {kind}="{name}" content="{escape(value)}">' for kind, name, value in named
    )
    script = '\n<script type="module" src="../js/shared.js"></script>'
    head = _HEAD.format(title=escape(title), more=tags + script, root="../")
    rows = "".join(f'<p class="poem-row">{escape(row)}</p>' for row in poem.rows)
    heading = f'<h1 class="sheet-title">{escape(poem.title)}</h1>' if poem.title else ""
    link = f'<a class="plain" href="../#/poem/{escape(packed)}">{_NAME}</a>'
    return f'{head}{heading}<div class="poem">{rows}</div>{link}\n{_FOOT}'


def lost_page(said: Mapping[str, tuple[str, str]], root: str) -> str:
    """Return the page for something that was not found.

    Args:
        said: Language tag -> (error message, hint).
        root: The studio's own path, with a trailing slash.
    """
    texts = "".join(
        f'<section lang="{tag}"><h1>{escape(message)}</h1>'
        f'<p class="faint">{escape(hint)}</p></section>'
        for tag, (message, hint) in said.items()
    )
    head = _HEAD.format(title=f"404 · {_NAME}", more="", root=escape(root))
    return f'{head}{texts}<a class="plain" href="{escape(root)}">{_NAME}</a>\n{_FOOT}'
