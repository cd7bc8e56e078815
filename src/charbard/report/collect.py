"""Assemble one report: choose the sections that apply to a bundle and collect their values.

The document is plain values, ready for JSON; `page` and `card` show it.
"""

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any

from charbard.bundle import Bundle
from charbard.config import ReportOptions, to_dict
from charbard.corpus.registry import CORPORA, built
from charbard.errors import OptionError
from charbard.report.of_text import TextReport
from charbard.report.of_verse import VerseReport
from charbard.report.section import Subject
from charbard.runtime import ByteModel, Model

__all__ = ["SECTIONS", "collect", "own_text"]

SECTIONS = ("perplexity", "form", "variety", "novelty", "parallelism", "themes", "samples")
"""Every section that exists; a report has those that apply to its model."""


def collect(
    bundle: Bundle,
    names: Sequence[str],
    options: ReportOptions,
    *,
    title: str,
    say: Callable[[str], None] = lambda message: None,
) -> dict[str, Any]:
    """Measure a bundle and return the report.

    Args:
        bundle: The model.
        names: The text that the model was trained on, with its held-out part: files, folders,
            patterns or the name of a corpus. May be empty, except for verse.
        options: Sizes of the samples and how they are drawn.
        title: Heading of the report.
        say: Function to call with each progress message.

    Returns:
        A dictionary with title, model, text, options and `sections`, each in plain values.

    Raises:
        OptionError: A section to skip does not exist, or `names` is empty for a verse model.
        CorpusError: The text cannot be read.
    """
    for key in options.skip:
        if key not in SECTIONS:
            raise OptionError(
                f"no section {key!r} to skip",
                code="report.section",
                values={"section": key, "known": list(SECTIONS)},
                hint=f"choose among: {', '.join(SECTIONS)}",
            )
    subject = Subject(bundle, Model(bundle), ByteModel(bundle), tuple(names), options, say)
    if bundle.writes_verse and not names:
        raise OptionError(
            "a report on verse needs the poems it is measured against",
            code="report.poems",
            hint="build the corpus it was trained on (charbard corpus list), or name its file",
        )
    report = VerseReport(subject) if bundle.writes_verse else TextReport(subject)
    sections = []
    for key, section in report.sections():
        if section is None:
            say(f"{key}: left out, there is no text for it")
        else:
            say(f"{key}: done")
            sections.append(section.plain())
    return {
        "title": title,
        "model": _about(bundle),
        "text": [PurePath(name).name for name in names],
        "options": to_dict(options),
        "sections": sections,
    }


def own_text(bundle: Bundle) -> tuple[str, ...]:
    """Return the name of the corpus that a bundle was trained on, in a tuple; empty if no corpus
    that is built on this machine matches.

    A corpus is recognised by its file size, because names have changed: today's `verse-core` was
    once `verse`.
    """
    size = bundle.provenance.get("text", {}).get("bytes")
    found = ((name, built(name)) for name in CORPORA)
    return tuple(name for name, one in found if one is not None and one.about["bytes"] == size)[:1]


def _about(bundle: Bundle) -> dict[str, Any]:
    config = bundle.config
    return {
        "digest": bundle.digest,
        "network": str(config),
        "weights": config.num_parameters,
        "characters": len(bundle.vocab.chars),
        "fields": list(bundle.vocab.fields),
        "provenance": dict(bundle.provenance),
    }
