"""Model card: hand-written notes and measured figures, in one Markdown file.

The notes are Markdown, with a heading for each part that only people can write. Figures, recipe and
samples come from the report, so that none of them is copied by hand.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charbard.errors import OptionError
from charbard.report.page import cell, readable

__all__ = ["PARTS", "filled_card", "read_notes"]

PARTS = ("About", "Data", "Command", "Good", "Bad", "Limits", "Picked")
"""Headings of the notes. About, Data and Command are required."""
_NEEDED = PARTS[:3]
_TITLES = {
    "Good": "What is good",
    "Bad": "What is bad",
    "Limits": "Limits",
    "Picked": "Picked by hand",
}
_LEFT_OUT = ("chars", "names", "encodings", "fields")


def read_notes(path: Path) -> dict[str, str]:
    """Return the parts of a notes file by heading.

    Raises:
        OptionError: The file or a required part is missing, or a heading is unknown.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise OptionError(
            f"cannot read {str(path)!r}: {error.strerror}",
            code="card.unreadable",
            values={"path": str(path), "why": str(error.strerror)},
            hint=f"⟪card⟫ takes a Markdown file with the parts {', '.join(_NEEDED)}",
        ) from None
    notes: dict[str, str] = {}
    for part in ("\n" + text).split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        if heading.strip() not in PARTS:
            raise OptionError(
                f"{str(path)!r} has an unknown part {heading.strip()!r}",
                code="card.part",
                values={"path": str(path), "part": heading.strip(), "known": list(PARTS)},
                hint=f"choose among: {', '.join(PARTS)}",
            )
        notes[heading.strip()] = body.strip()
    for heading in _NEEDED:
        if not notes.get(heading):
            raise OptionError(
                f"{str(path)!r} has no part {heading!r}",
                code="card.missing",
                values={"path": str(path), "part": heading},
                hint=f"write it under: ## {heading}",
            )
    return notes


def filled_card(document: Mapping[str, Any], notes: Mapping[str, str], *, size_bytes: int) -> str:
    """Return the filled-in model card.

    Args:
        document: What `collect` returns.
        notes: What `read_notes` returns.
        size_bytes: Size of the bundle's file.
    """
    figures = [section for section in document["sections"] if section["rows"]]
    texts = [section for section in document["sections"] if section["texts"]]
    parts = [
        f"# {document['title']}\n\n{notes['About']}",
        f"## Data and licence\n\n{notes['Data']}",
        f"## Recipe\n\n```\n{notes['Command']}\n```\n\n{_recipe(document, size_bytes)}",
        "## Figures\n\n" + "\n\n".join(map(_figures, figures)),
        *(f"## {_TITLES[name]}\n\n{notes[name]}" for name in _TITLES if notes.get(name)),
        "## Samples\n\n" + "\n\n".join(map(_samples, texts)),
    ]
    return "\n\n".join(parts) + "\n"


def _recipe(document: Mapping[str, Any], size_bytes: int) -> str:
    model = document["model"]
    made = model["provenance"]
    rows = {
        "model": model["digest"],
        "network": model["network"],
        "weights": f"{model['weights']:,}",
        "size": f"{size_bytes / 1e6:.1f} MB",
        "characters": f"{model['characters']:,}",
        "given": ", ".join(model["fields"]) or "nothing",
        "training": _told(made.get("training", {})),
        "read": f"{made.get('epochs', '?')} times, {made.get('steps', '?')} updates",
        "time": f"{made.get('seconds', 0) / 3600:.2f} hours",
        "machine": _told(made.get("machine", {})),
        "text": _told(made.get("text", {})),
    }
    return "| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _told(values: Any) -> str:
    """Format settings for one table cell; settings that are off and long lists are omitted."""
    if not isinstance(values, Mapping):
        return str(values)
    kept = {n: v for n, v in values.items() if n not in _LEFT_OUT and v not in (None, 0, 0.0, "")}
    return ", ".join(f"{name} {value}" for name, value in kept.items())


def _figures(section: Mapping[str, Any]) -> str:
    rows, shares = section["rows"], section["shares"]
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    head = f"| | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}"
    lines = [
        f"| {name} | " + " | ".join(cell(row.get(c), share=c in shares) for c in columns) + " |"
        for name, row in rows.items()
    ]
    return "\n".join([f"### {section['title']}\n\n{section['says']}\n", head, *lines])


def _samples(section: Mapping[str, Any]) -> str:
    parts = [f"### {section['title']}\n\n{section['says']}"]
    for heading, texts in section["texts"].items():
        parts.append(f"**{heading}**\n\n```\n" + "\n\n".join(readable(texts)) + "\n```")
    return "\n\n".join(parts)
