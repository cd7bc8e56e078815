"""Write pages that are generated from the code, or check that they are up to date."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["DOCS", "main", "table"]

DOCS = Path(__file__).parent.parent / "docs"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, with the bars in its cells escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def main(page: Path, text: str) -> None:
    """Write the page; with --check, fail if it is not up to date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="change nothing; fail if outdated")
    if not parser.parse_args().check:
        page.write_text(text, encoding="utf-8")
    elif not page.is_file() or page.read_text(encoding="utf-8") != text:
        sys.exit(f"{page.name} is outdated; make it anew with: python {sys.argv[0]}")
