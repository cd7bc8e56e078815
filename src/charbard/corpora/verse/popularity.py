"""Measure a poem's popularity: how often its title and author occur together on the web.

Popularity is defined only for 诗 with a title of three characters or more: hits for short titles
("雪", "句") are mostly about something else, and all 词 of one poet to one tune have the same
count. Among the search engines in the package, so360 best separates the poems of the 唐诗三百首
from other poems (benchmarks/corpora.md).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from charbard.corpora.verse.gather import Gathered, RawPoem

__all__ = ["Popularity"]

_LEAST_TITLE = 3
_NUMBER = re.compile(r"[\s其一二三四五六七八九十百首]+$")
_NO_TITLE = re.compile("^(句|無題|失題|其)")


@dataclass(frozen=True)
class Popularity:
    """(author, title), as the source writes them -> number of hits."""

    hits: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, gathered: Gathered) -> "Popularity":
        """Load the package's counts by author and title, because their order is not that of the
        poems."""
        hits: dict[tuple[str, str], int] = {}
        for name in gathered.named(r"rank/poet/.*"):
            for entry in gathered.files[name]:
                if (count := entry.get("so360")) is not None:
                    hits.setdefault((entry.get("author", ""), entry.get("title", "")), int(count))
        return cls(hits)

    def get(self, raw: RawPoem) -> float | None:
        """Return log10(1 + hits), or None if the hits are unknown or meaningless."""
        title = _NUMBER.sub("", raw.title)
        if raw.kind != "诗" or len(title) < _LEAST_TITLE or _NO_TITLE.match(title):
            return None
        count = self.hits.get((raw.author, raw.title))
        return None if count is None else round(math.log10(1 + count), 2)
