"""The past of a row is shared by its forks, bounded in length and never modified."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.runtime import ByteModel
from charbard.runtime.past import Past
from charbard.runtime.state import State
from tests.conftest import random_bundle

SPAN = 5
MODEL = ByteModel(random_bundle(attention=5, attention_span=SPAN))


def places_of(past: Past, row: int) -> list:
    return [place for place in past.place_BM[row] if place is not None]


@given(st.data())
@settings(max_examples=40)
def test_any_way_through_forks_and_joins(data) -> None:
    """After any forks, joins and returns, a row has the state that its text alone would give."""
    texts: list[tuple[int, ...]] = [()]
    state = MODEL.start()
    kept: list[tuple[list[tuple[int, ...]], State]] = []
    for _ in range(data.draw(st.integers(1, 14))):
        rows = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=4))
        ids = data.draw(st.lists(st.integers(0, 9), min_size=len(rows), max_size=len(rows)))
        texts = [(*texts[row], char_id) for row, char_id in zip(rows, ids, strict=True)]
        features, state = MODEL.step(np.array(ids), state.take(rows))
        kept.append((texts, state))
        if data.draw(st.booleans()):
            others, before = data.draw(st.sampled_from(kept))
            texts, state = [*others, *texts], State.join([before, state])
            features = None

    for row, text in enumerate(texts):
        alone, wanted = MODEL.read(np.array(text)[:, None], MODEL.start())
        assert np.array_equal(state.values_BSH[row], wanted.values_BSH[0])
        pairs = zip(places_of(state.past, row), places_of(wanted.past, 0), strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)
        if features is not None:
            assert np.array_equal(features[row], alone[-1, 0])


def test_forks_share_what_they_have_read() -> None:
    """Forks share the stored places of their row and copy none of them."""
    _, state = MODEL.read(np.arange(3)[:, None], MODEL.start())
    forked = state.take([0, 0, 0])

    for row in range(3):
        pairs = zip(places_of(state.past, 0), places_of(forked.past, row), strict=True)
        assert all(a is b for a, b in pairs)


def test_a_past_is_bounded() -> None:
    """A row keeps at most `attention_span` places, and the places of removed rows are dropped."""
    _, long = MODEL.read(np.zeros((4 * SPAN, 1), int), MODEL.start())
    assert len(places_of(long.past, 0)) == SPAN

    joined = State.join([MODEL.start(2), long])
    assert joined.past.place_BM.shape == (3, SPAN)
    assert joined.take([0, 1]).past.place_BM.shape == (2, 0)
    assert len(joined.take([]).past.place_BM) == 0
