"""Determine the tune of a 曲 from a heading that may also contain the play, the key or a title."""

import re
from collections.abc import Iterable
from itertools import pairwise

from charbard.corpora.verse.clean import Unusable

__all__ = ["KEYS", "known_tunes", "tune_of_ci", "tune_of_qu"]

KEYS = (
    *("仙吕", "南吕", "中吕", "黄钟", "正宫", "道宫", "大石调", "小石调", "高平调", "般涉调"),
    *("歇指调", "商角调", "双调", "商调", "越调", "角调", "宫调"),
)
"""Musical keys (宫调), with which the titles of single songs begin."""
_TEXT_IN_TITLE = re.compile("[，。？！；、,：]")
_LONGEST_TUNE, _USUAL_TUNE = 8, 3


def tune_of_ci(name: str) -> str:
    """Return the standard name of a tune, dropping the poet's own name for it if one precedes it.

    >>> tune_of_ci("酹江月・念奴娇")
    '念奴娇'
    """
    return name.rpartition("・")[2].strip()


def known_tunes(titles: Iterable[str]) -> frozenset[str]:
    """Infer the tunes of 曲 from all their titles.

    A tune occurs alone or after the name of a play. After a key, a title may follow the tune; the
    tune is then the first three characters if two titles share them.
    """
    found, songs = set(), set()
    for title in titles:
        head, dot, tail = title.strip().partition("・")
        if dot and (not head or head in KEYS):
            songs.add(tail)
        else:
            found.add(tail.rpartition("/")[2] if dot else title)
    for one, other in pairwise(sorted(songs)):
        if one[:_USUAL_TUNE] == other[:_USUAL_TUNE]:
            found.add(one[:_USUAL_TUNE])
    return frozenset(
        tune for tune in found if 1 < len(tune) <= _LONGEST_TUNE and not _TEXT_IN_TITLE.search(tune)
    )


def tune_of_qu(title: str, tunes: frozenset[str]) -> tuple[str, str]:
    """Split the title of a 曲 into tune and title.

    Args:
        title: The source's title.
        tunes: Known tunes; the longest one that matches is used.

    Raises:
        Unusable: The title contains the beginning of the text, or names no tune.

    >>> tune_of_qu("越调・小桃红花篮髻", frozenset({"小桃红"}))
    ('小桃红', '花篮髻')
    >>> tune_of_qu("汉宫秋・仙吕/点绛唇", frozenset())
    ('点绛唇', '汉宫秋')
    """
    head, dot, tail = title.strip().partition("・")
    if _TEXT_IN_TITLE.search(title):
        raise Unusable("the beginning of the text is lost in its title")
    if not dot:
        return _tune(title), ""
    tail = tail.rpartition("/")[2]
    if head and head not in KEYS:
        return _tune(tail), head
    for length in range(min(len(tail), _LONGEST_TUNE), 1, -1):
        if tail[:length] in tunes:
            return tail[:length], tail[length:].strip()
    return _tune(tail), ""


def _tune(name: str) -> str:
    if not 1 <= len(name) <= _LONGEST_TUNE:
        raise Unusable("no tune is named")
    return name
