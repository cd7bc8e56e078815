"""How often a poem's title and author are found together on the web.

Only for 诗 with a title of three characters or more: short titles ("雪", "句") are counted for what
they mean elsewhere, and all 词 of one poet to one tune share a count. Of the search engines in the
package, so360 tells the poems of 唐诗三百首 from the others best (benchmarks/corpora.md).
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from charbard.corpus.verse.gather import Gathered, RawPoem

__all__ = ["Popularity"]

_LEAST_TITLE = 3
_NUMBER = re.compile(r"[\s其一二三四五六七八九十百首]+$")
_NO_TITLE = re.compile("^(句|無題|失題|其)")


@dataclass(frozen=True)
class Popularity:
    """Hits by author and title, as the source writes them."""

    hits: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, gathered: Gathered) -> "Popularity":
        """The package's counts, joined by author and title: their order is another."""
        hits: dict[tuple[str, str], int] = {}
        for name in gathered.named(r"rank/poet/.*"):
            for entry in gathered.files[name]:
                if (count := entry.get("so360")) is not None:
                    hits.setdefault((entry.get("author", ""), entry.get("title", "")), int(count))
        return cls(hits)

    def get(self, raw: RawPoem) -> float | None:
        """log10 of one more than the hits, or None where they say nothing of the poem."""
        title = _NUMBER.sub("", raw.title)
        if raw.kind != "诗" or len(title) < _LEAST_TITLE or _NO_TITLE.match(title):
            return None
        count = self.hits.get((raw.author, raw.title))
        return None if count is None else round(math.log10(1 + count), 2)
