"""Near-duplicates always stay on one side of the split."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from charbard.corpus.split import TEST, TRAIN, VALIDATION, Clusters


def _clusters(texts) -> Clusters:
    clusters = Clusters()
    for text in texts:
        clusters.add(text)
    return clusters


def test_half_the_lines_of_the_shorter_make_a_near_copy() -> None:
    """Two texts are near-duplicates if they share half of the shorter one's lines."""
    texts = [
        "甲，乙，丙，丁。",
        "甲，乙，戊，己。",
        "甲，庚，辛，壬。",
        "癸，子。",
        "癸，子，丑，寅，卯。",
    ]

    roots = _clusters(texts).roots.tolist()

    assert roots == [0, 0, 2, 3, 3]


def test_a_chain_of_near_copies_is_one_cluster() -> None:
    """If A is like B and B is like C, all three are in one cluster."""
    texts = ["a b c d", "c d e f", "e f g h"]

    assert _clusters(texts).roots.tolist() == [0, 0, 0]


def test_a_common_line_joins_nobody_but_equal_names_do() -> None:
    """A refrain does not join the songs that share it, but equal names form one cluster."""
    songs = [f"啦啦啦 {index} {index + 1000}" for index in range(50)]
    names = ["王伟"] * 100

    roots = _clusters(songs + names).roots

    assert roots[:50].tolist() == list(range(50))
    assert set(roots[50:]) == {50}


@given(st.lists(st.text("abc \n", max_size=12), max_size=30), st.floats(0, 0.5), st.floats(0, 0.5))
def test_sides_follow_clusters_whatever_comes_after(texts, validation, test) -> None:
    """All members of a cluster are on one side, and adding another record moves none of them."""
    one = _clusters(texts)
    sides, roots = one.sides(validation=validation, test=test), one.roots

    more = _clusters([*texts, "quite another text"]).sides(validation=validation, test=test)

    assert all(sides[index] == sides[root] for index, root in enumerate(roots))
    assert more[:-1].tolist() == sides.tolist()


def test_fractions_are_kept() -> None:
    """Each side gets about its requested share of many records."""
    sides = _clusters(f"record {index}" for index in range(4000)).sides(validation=0.2, test=0.1)

    shares = [float((sides == side).mean()) for side in (TRAIN, VALIDATION, TEST)]

    assert np.allclose(shares, [0.7, 0.2, 0.1], atol=0.03)
