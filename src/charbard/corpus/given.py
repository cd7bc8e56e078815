"""Given names of today: the lists of mimesis and of faker, each name with its gender.

faker's lists are read out of its source text, which is never run.
"""

import ast
import json
import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from charbard.corpus.archive import members
from charbard.corpus.verse.script import common_spelling
from charbard.errors import CorpusError

__all__ = ["Given", "faker_names", "few_alike", "mimesis_names", "told_apart"]

_GENDERS = ("男", "女")
Given = tuple[str, str]
"""A given name, simplified, and the gender of the list that it stands in."""
_MIMESIS = "mimesis/datasets/zh/person.json"
_MIMESIS_LISTS = {"male": "男", "female": "女"}
_FAKER = tuple(f"faker/providers/person/{place}/__init__.py" for place in ("zh_CN", "zh_TW"))
_FAKER_LISTS = {"first_names_male": "男", "first_names_female": "女"}
_FAKER_SURNAMES = "last_names"
_MOST_ALIKE = 12
"""Names of one gender that may end alike: 53 girls of mimesis are called 翠轩, 惠轩, 卉轩 …"""
_LEANS = math.log(2)
"""How much likelier a doubted name must be under its gender, in nats."""
_PRIOR = 0.5
"""Added to the count of a character under each gender."""


def mimesis_names(source: Path) -> list[Given]:
    """The lists of the mimesis wheel, or of its folder; each name once a gender.

    Raises:
        CorpusError: The source is damaged or another package.
    """
    (text,) = _texts(source, (_MIMESIS,), "mimesis 22.2.0")
    try:
        lists = json.loads(text)["names"]
        found = {gender: lists[name] for name, gender in _MIMESIS_LISTS.items()}
    except (ValueError, LookupError, TypeError):
        raise _other(source, "mimesis 22.2.0") from None
    return _spelled(found.items())


def faker_names(source: Path) -> tuple[list[Given], list[str]]:
    """The lists for China and Taiwan of the faker wheel, or of its folder; each name once a gender.

    Returns:
        The given names, and the surnames of China, the commonest first.

    Raises:
        CorpusError: The source is damaged or another package.
    """
    given, surnames = [], []
    for text in _texts(source, _FAKER, "faker 40.63.0"):
        try:
            lists = dict(_assigned(ast.parse(text)))
            given += [(gender, lists[name]) for name, gender in _FAKER_LISTS.items()]
            surnames.append(lists[_FAKER_SURNAMES])
        except (ValueError, SyntaxError, LookupError):
            raise _other(source, "faker 40.63.0") from None
    return _spelled(given), surnames[0]


def told_apart(names: list[Given], doubted: Container[str]) -> Iterator[tuple[str, str | None]]:
    """Every different name, with the gender that is its own; None if nothing tells which.

    A name has none if it stands under both, or if its characters are likelier under the other: by
    how often they stand in the other names of each (naive Bayes; the name itself is not counted).
    Those of a doubted name must be twice as likely under its own.
    """
    genders: dict[str, set[str]] = defaultdict(set)
    for name, gender in names:
        genders[name].add(gender)
    counts = {gender: Counter[str]() for gender in _GENDERS}
    for name, of in genders.items():
        for gender in of:
            counts[gender].update(name)
    sizes = {gender: count.total() for gender, count in counts.items()}
    for name, of in genders.items():
        own = next(iter(of))
        least = _LEANS if name in doubted else 0
        is_own = len(of) == 1 and _leaning(name, own, counts, sizes) >= least
        yield name, own if is_own else None


def _leaning(
    name: str, own: str, counts: Mapping[str, Mapping[str, int]], sizes: Mapping[str, int]
) -> float:
    """How much likelier the characters are under the name's own gender, in nats."""
    (other,) = set(_GENDERS) - {own}
    here = Counter(name)
    return sum(
        math.log((counts[own][char] - here[char] + _PRIOR) / (sizes[own] - len(name) + _PRIOR))
        - math.log((counts[other][char] + _PRIOR) / (sizes[other] + _PRIOR))
        for char in name
        if counts[own][char] > here[char] or counts[other][char]
    )


def few_alike(names: Iterable[Given]) -> Iterator[Given]:
    """Names in their order, without those that too many before them end like."""
    ends: Counter[Given] = Counter()
    for name, gender in names:
        end = name[-1:], gender
        ends[end] += 1
        if ends[end] <= _MOST_ALIKE:
            yield name, gender


def _texts(source: Path, wanted: tuple[str, ...], package: str) -> list[str]:
    """The files, in the order in which they are wanted."""
    found = dict(members(source, lambda name: name in wanted))
    if set(found) != set(wanted):
        raise _other(source, package)
    return [found[name].decode("utf-8") for name in wanted]


def _other(source: Path, package: str) -> CorpusError:
    return CorpusError(
        f"{str(source)!r} is not {package}: its lists of Chinese given names are not there",
        hint=f"give the {package} wheel; or leave ⟪from⟫ out, and it is fetched",
    )


def _assigned(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """The lists of a class of providers: literals, or `OrderedDict` of names and weights."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name = node.targets[0].id
        if name in _FAKER_LISTS or name == _FAKER_SURNAMES:
            value = node.value.args[0] if isinstance(node.value, ast.Call) else node.value
            rows = ast.literal_eval(value)
            yield name, [row if isinstance(row, str) else row[0] for row in rows]


def _spelled(lists: Iterable[tuple[str, list[str]]]) -> list[Given]:
    found = [(common_spelling(name.strip()), gender) for gender, names in lists for name in names]
    return list(dict.fromkeys(found))
