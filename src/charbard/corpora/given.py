"""Modern Chinese given names with genders, from the lists of mimesis and faker.

faker's lists are parsed from its source code, which is never executed.
"""

import ast
import json
import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from charbard.corpora.archive import members
from charbard.corpus.verse.script import common_spelling
from charbard.errors import CorpusError

__all__ = ["Given", "faker_names", "infer_gender", "limit_shared_endings", "mimesis_names"]

_GENDERS = ("男", "女")
Given = tuple[str, str]
"""A simplified given name, and the gender of the list that contains it."""
_MIMESIS = "mimesis/datasets/zh/person.json"
_MIMESIS_LISTS = {"male": "男", "female": "女"}
_FAKER = tuple(f"faker/providers/person/{place}/__init__.py" for place in ("zh_CN", "zh_TW"))
_FAKER_LISTS = {"first_names_male": "男", "first_names_female": "女"}
_FAKER_SURNAMES = "last_names"
_MOST_SHARING = 12
"""Maximum number of names of one gender that share a last character: mimesis lists 53 girls' names
that end in 轩 (翠轩, 惠轩, 卉轩)."""
_LEAST_RATIO = math.log(2)
"""Minimum log-likelihood ratio in favour of the listed gender for a doubted name, in nats."""
_PRIOR = 0.5
"""Pseudo-count of each character under each gender."""


def mimesis_names(source: Path) -> list[Given]:
    """Return the names in the mimesis wheel, or in a folder with its files, once per gender.

    Raises:
        CorpusError: The source is damaged, or is another package.
    """
    (text,) = _texts(source, (_MIMESIS,), "mimesis 22.2.0")
    try:
        lists = json.loads(text)["names"]
        found = {gender: lists[name] for name, gender in _MIMESIS_LISTS.items()}
    except (ValueError, LookupError, TypeError):
        raise _other(source, "mimesis 22.2.0") from None
    return _spelled(found.items())


def faker_names(source: Path) -> tuple[list[Given], list[str]]:
    """Return faker's names for China and Taiwan, from its wheel or a folder, once per gender.

    Returns:
        (given names; surnames of China, most frequent first).

    Raises:
        CorpusError: The source is damaged, or is another package.
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


def infer_gender(names: list[Given], doubted: Container[str]) -> Iterator[tuple[str, str | None]]:
    """Yield every distinct name with its gender, or with None if the gender is uncertain.

    The gender is uncertain if a name is listed under both genders, or if its characters are
    likelier under the other gender (naive Bayes over the remaining names). The characters of a name
    in `doubted` must be at least twice as likely under the listed gender.
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
        least = _LEAST_RATIO if name in doubted else 0
        is_own = len(of) == 1 and _log_ratio(name, own, counts, sizes) >= least
        yield name, own if is_own else None


def _log_ratio(
    name: str, own: str, counts: Mapping[str, Mapping[str, int]], sizes: Mapping[str, int]
) -> float:
    """Return the log-likelihood ratio of the gender `own` to the other gender, in nats, from counts
    without the name itself."""
    (other,) = set(_GENDERS) - {own}
    here = Counter(name)
    return sum(
        math.log((counts[own][char] - here[char] + _PRIOR) / (sizes[own] - len(name) + _PRIOR))
        - math.log((counts[other][char] + _PRIOR) / (sizes[other] + _PRIOR))
        for char in name
        if counts[own][char] > here[char] or counts[other][char]
    )


def limit_shared_endings(names: Iterable[Given]) -> Iterator[Given]:
    """Yield names in order, at most `_MOST_SHARING` of one gender with the same last character."""
    ends: Counter[Given] = Counter()
    for name, gender in names:
        end = name[-1:], gender
        ends[end] += 1
        if ends[end] <= _MOST_SHARING:
            yield name, gender


def _texts(source: Path, wanted: tuple[str, ...], package: str) -> list[str]:
    """Return the texts of the wanted files, in the order of `wanted`."""
    found = dict(members(source, lambda name: name in wanted))
    if set(found) != set(wanted):
        raise _other(source, package)
    return [found[name].decode("utf-8") for name in wanted]


def _other(source: Path, package: str) -> CorpusError:
    return CorpusError(
        f"{str(source)!r} is not {package}: its lists of Chinese given names are not there",
        code="source.names",
        values={"path": str(source), "source": package},
        hint=f"give the {package} wheel; or leave ⟪from⟫ out, and it is fetched",
    )


def _assigned(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and entries of each wanted list; a list is a literal, or an `OrderedDict` from
    entries to weights."""
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
