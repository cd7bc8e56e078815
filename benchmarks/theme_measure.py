"""Measure whether poems match their titles, from co-occurrence in the verse corpus.

No network is involved, because guidance raises a network's own score of a poem by construction.
Poems are pairs of a title and lines without marks, whoever wrote them.
"""

import random
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.corpus.registry import required
from charbard.corpus.verse import Poem, read_poems
from charbard.errors import OptionError
from charbard.files import cache_folder, write_atomically
from charbard.prosody.poem import is_han
from charbard.report.copying import place_among
from charbard.report.diversity import distinct, grams_of

__all__ = ["AMONG", "Counts", "TitledPoems", "counted", "counts_of_corpus", "figures", "others_for"]

TitledPoems = Sequence[tuple[str, Sequence[str]]]
"""Pairs of (title, lines without marks)."""
AMONG = 32
"""Number of titles among which a poem must match its own title best."""
LONGEST_TITLE = 6
"""Longest title that counts, in characters; longer titles describe occasions, not themes."""
_BITS = 21
"""Number of bits of a code point."""
_VERSION = 1
"""Version of the counting; a change makes cached counts invalid."""


@dataclass(frozen=True)
class Counts:
    """Numbers of training poems in which characters of titles and texts co-occur.

    Shapes: P observed pairs of characters, H characters of titles, C characters of texts, G pairs
    of neighbours. Characters are code points; every array of them is sorted.
    """

    poems: int
    """Number of training poems with a title that counts."""
    pairs_P: NDArray[np.uint64]
    """Title character and text character, packed in one number."""
    together_P: NDArray[np.int64]
    """Number of poems with the first character in the title and the second in the text."""
    heads_H: NDArray[np.uint64]
    in_titles_H: NDArray[np.int64]
    chars_C: NDArray[np.uint64]
    in_texts_C: NDArray[np.int64]
    neighbours_G: NDArray[np.uint64]
    """Pairs of neighbours in any line of the training poems, numbered by `grams_of`."""

    def information_C(self, title: str) -> NDArray[np.float64]:
        """Return the pointwise mutual information of each text character with a title, in nats.

        It is the mean over the title's characters. Observed and expected counts are smoothed by
        one, so a rare character carries little information, and a character never seen in a title
        carries none.
        """
        title_T = _points(title)
        place_T, is_known_T = place_among(title_T, self.heads_H)
        in_title_T = np.where(is_known_T, self.in_titles_H[place_T], 0)
        place_TC, is_seen_TC = place_among(_pairs(title_T, self.chars_C), self.pairs_P)
        seen_TC = np.where(is_seen_TC, self.together_P[place_TC], 0)
        expected_TC = in_title_T[:, None] * self.in_texts_C / self.poems
        information: NDArray[np.float64] = np.log((seen_TC + 1) / (expected_TC + 1)).mean(axis=0)
        return information

    def information(self, titles: Sequence[str], texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the mean information of each text's distinct characters about each title.

        Returns:
            An array in nats, with one row per text and one column per title.
        """
        table_KC = np.array([self.information_C(title) for title in titles])
        rows = np.zeros((len(texts), len(titles)))
        for row, text in enumerate(texts):
            chars = _points(text)
            place, is_known = place_among(chars, self.chars_C)
            rows[row] = table_KC[:, place[is_known]].sum(axis=1) / len(chars)
        return rows


def figures(poems: TitledPoems, pool: Sequence[str], counts: Counts) -> dict[str, float]:
    """Measure how closely poems match their titles, and how idiomatic and varied they are.

    Args:
        poems: The poems. Several poems on one title count separately, and distinct-2 is the mean
            over sets of one poem per title, as there is one human-written poem per title.
        pool: Titles from which each title's 31 competitors are drawn; the draw is repeatable.
        counts: Counts of the corpus.

    Returns:
        Shares between 0 and 1, and the number of poems; `information` is in nats.
    """
    texts = ["".join(lines) for _, lines in poems]
    titles = sorted({*pool, *(title for title, _ in poems)})
    column = {title: number for number, title in enumerate(titles)}
    information = counts.information(titles, texts)
    own = np.array([row[column[title]] for row, (title, _) in zip(information, poems, strict=True)])
    best_other = [
        max(row[column[other]] for other in others_for(title, pool))
        for row, (title, _) in zip(information, poems, strict=True)
    ]
    pairs = np.concatenate([grams_of("\n".join(lines), 2) for _, lines in poems])
    return {
        "poems": len(poems),
        "recognised": float((own > best_other).mean()),
        "title character": float(
            np.mean([_has_title_character(title, lines) for title, lines in poems])
        ),
        "information": float(own.mean()),
        "unseen pairs": float(1 - place_among(pairs, counts.neighbours_G)[1].mean()),
        "distinct-2": float(np.mean([distinct(each, 2) for each in _one_a_title(poems)])),
        "repeats": float(np.mean([1 - len(set(text)) / len(text) for text in texts])),
    }


def others_for(title: str, pool: Sequence[str]) -> list[str]:
    """Draw the other titles that a poem is compared with; the same title and pool repeat the draw.

    Raises:
        OptionError: The pool has too few titles.
    """
    rest = sorted(set(pool) - {title})
    if len(rest) < AMONG - 1:
        raise OptionError(
            f"{len(rest)} other titles are too few to tell {title!r} from",
            hint=f"recognition needs {AMONG} titles or more",
        )
    return random.Random(title).sample(rest, AMONG - 1)


def _has_title_character(title: str, lines: Sequence[str]) -> bool:
    return any(is_han(char) and any(char in line for line in lines) for char in title)


def _one_a_title(poems: TitledPoems) -> list[list[str]]:
    """Return lists of lines: of each title's first poem, of each title's second poem, and so on."""
    sets: list[list[str]] = []
    seen: dict[str, int] = {}
    for title, lines in poems:
        rank = seen[title] = seen.get(title, -1) + 1
        if rank == len(sets):
            sets.append([])
        sets[rank].extend(lines)
    return sets


def counts_of_corpus() -> Counts:
    """Return the counts of the verse corpus's training part, cached after first use.

    Raises:
        CorpusError: The corpus is not built.
    """
    built = required("verse")
    kept = cache_folder() / f"theme-counts-{built.about['recipe']}-{_VERSION}.npz"
    if not kept.is_file():
        print("counting the verse corpus, once (about a minute) …", file=sys.stderr)
        _save(kept, counted(poem for poem in read_poems(built.path) if poem.split == "train"))
    with np.load(kept) as arrays:
        return Counts(poems=int(arrays["poems"]), **{k: arrays[k] for k in arrays if k != "poems"})


def counted(poems: Iterable[Poem]) -> Counts:
    """Count training poems; at least one must have a title of 1 to `LONGEST_TITLE` characters."""
    texts, pairs, titles, titled = list[str](), [], [], []
    for poem in poems:
        texts.append(poem.text)
        title_T, text_C = _points(poem.title), _points(poem.text)
        if len(title_T) and len(poem.title) <= LONGEST_TITLE:
            titles.append(title_T)
            titled.append(text_C)
            pairs.append(_pairs(title_T, text_C).ravel())
    heads_H, in_titles_H = np.unique(np.concatenate(titles), return_counts=True)
    chars_C, in_texts_C = np.unique(np.concatenate(titled), return_counts=True)
    pairs_P, together_P = np.unique(np.concatenate(pairs), return_counts=True)
    return Counts(
        poems=len(titles),
        pairs_P=pairs_P,
        together_P=together_P,
        heads_H=heads_H,
        in_titles_H=in_titles_H,
        chars_C=chars_C,
        in_texts_C=in_texts_C,
        neighbours_G=np.unique(grams_of("\n".join(texts), 2)),
    )


def _pairs(title_T: NDArray[np.uint64], text_C: NDArray[np.uint64]) -> NDArray[np.uint64]:
    pairs: NDArray[np.uint64] = (title_T[:, None] << np.uint64(_BITS)) | text_C
    return pairs


def _points(text: str) -> NDArray[np.uint64]:
    """Return the sorted code points of the distinct Chinese characters of a text."""
    return np.array(sorted({ord(char) for char in text if is_han(char)}), np.uint64)


def _save(path: Path, counts: Counts) -> None:
    packed = BytesIO()
    np.savez_compressed(packed, **vars(counts))
    write_atomically(path, packed.getvalue())
