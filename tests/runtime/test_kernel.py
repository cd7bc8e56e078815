"""The compiled kernel and NumPy give the same results, to the last bit."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.config import CELLS, SampleOptions
from charbard.runtime import Bias, ByteModel, Choices, Guidance, Model, SampleSpec, as_ids, plain
from charbard.runtime.matrix import Matrix
from charbard.runtime.sampling import guided
from charbard.runtime.state import State
from tests.conftest import random_bundle

SHAPES = [
    {},
    {"projection_size": 6, "tied": True},
    {"hidden_size": 70, "embedding_size": 33, "num_layers": 1},
    {"projection_size": 6, "tied": True, "attention": 5, "attention_span": 4},
    {"attention": 70},
]
NAMES = ["plain", "tied", "odd", "looks back", "looks back far"]


def kernels() -> list:
    """List the kernels to test: None for NumPy, then every compiled variant that runs here."""
    try:
        from charbard.runtime import _kernel
    except ImportError:
        return [None]
    return [None, *_kernel.variants()]


@pytest.fixture(params=kernels(), ids=str)
def compiled(request):
    """Yield whether to use the compiled kernel, with its variant set until the test ends."""
    if request.param is None:
        yield False
        return
    from charbard.runtime import _kernel

    _kernel.use(request.param)
    yield True
    _kernel.use(_kernel.variants()[-1])


def same(one: Choices, other: Choices) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))


def assert_same_state(one: State, other: State) -> None:
    assert np.array_equal(one.values_BSH, other.values_BSH)
    assert (one.past is None) == (other.past is None)
    if one.past is not None and other.past is not None:
        pairs = zip(one.past.place_BM.flat, other.past.place_BM.flat, strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("shape", SHAPES, ids=NAMES)
def test_every_kernel_steps_alike(compiled, cell: str, shape) -> None:
    """Every kernel gives exactly the same states, features and scores as NumPy."""
    bundle = random_bundle(cell, **shape)
    one, reference = ByteModel(bundle, compiled=compiled), ByteModel(bundle, compiled=False)
    ids_TB = np.random.default_rng(0).integers(0, len(bundle.vocab), (6, 13))

    features, state = one.read(ids_TB, one.start(13))
    wanted, wanted_state = reference.read(ids_TB, reference.start(13))

    assert np.array_equal(features, wanted)
    assert_same_state(state, wanted_state)
    assert np.array_equal(one.logits(features[-1]), reference.logits(wanted[-1]))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("attention", [None, 66])
def test_a_row_is_the_same_alone_and_in_any_batch(compiled, cell: str, attention) -> None:
    """The results of a row do not depend on the other rows of the batch, or on their order."""
    bundle = random_bundle(cell, hidden_size=70, attention=attention)
    model = ByteModel(bundle, compiled=compiled)
    rng = np.random.default_rng(1)
    ids_TB = rng.integers(0, len(bundle.vocab), (5, 37))
    order = rng.permutation(37)

    whole, _ = model.read(ids_TB, model.start(37))
    shuffled, _ = model.read(ids_TB[:, order], model.start(37))

    assert np.array_equal(whole[:, order], shuffled)
    for row in (0, 7, 36):
        alone, _ = model.read(ids_TB[:, row : row + 1], model.start())
        assert np.array_equal(alone[:, 0], whole[:, row])


@pytest.mark.parametrize("attention", [None, 5])
def test_rows_are_shared_out_among_threads(compiled, attention) -> None:
    """A batch gives the same results with one thread as with three."""
    bundle = random_bundle(attention=attention)
    ids = np.arange(160) % len(bundle.vocab)
    specs = [SampleSpec(as_ids(range(4, 19)), SampleOptions(), 1, row, 0) for row in range(160)]
    off = np.ones((160, 2, 12), np.float32)
    off[::2, 1, 3] = 0

    turns = []
    for threads in (1, 3):
        model = ByteModel(bundle, threads=threads, compiled=compiled)
        turns.append(model.advance(ids, model.start(160), specs, off))

    assert_same_state(turns[0].state, turns[1].state)
    assert same(turns[0].choices, turns[1].choices)
    assert not turns[0].state.hidden_BLH[::2, 1, 3].any()
    assert turns[0].state.hidden_BLH[1::2, 1, 3].all()


DRAWN = {
    "temperature": st.sampled_from([0.3, 1.0, 2.5]),
    "temperature_end": st.none() | st.sampled_from([0.01, 0.7, 3.0]),
    "temperature_steps": st.integers(1, 2000),
    "top_k": st.none() | st.integers(1, 30),
    "top_p": st.none() | st.floats(0, 1),
    "min_p": st.none() | st.floats(0, 1),
    "greedy": st.booleans(),
}
NOT_THE_KERNELS = ("frequency_penalty", "banned", "boosted", "boost", "commonest")
"""Options that the kernel sees only as allowed ids or a bias; `specs` draws these instead."""


def test_every_option_is_drawn() -> None:
    """`specs` draws every sampling option, except those that the kernel never sees."""
    assert {field.name for field in fields(SampleOptions)} == {*DRAWN, *NOT_THE_KERNELS}


@st.composite
def specs(draw, size: int) -> SampleSpec | None:
    """Draw any sample spec that a row may have, or None."""
    allowed = draw(st.sets(st.integers(0, size - 1), min_size=1))
    options = draw(st.builds(SampleOptions, **DRAWN))
    pairs = st.tuples(st.integers(0, size - 1), st.floats(-9, 9) | st.just(-np.inf))
    bias = draw(st.none() | st.lists(pairs, min_size=1, max_size=8))
    return draw(
        st.none()
        | st.builds(
            SampleSpec,
            st.just(as_ids(allowed)),
            st.just(options),
            st.integers(0, 2**53),
            st.integers(0, 1000),
            st.integers(0, 1000),
            st.booleans(),
            st.just(
                bias
                and Bias(
                    np.array([char_id for char_id, _ in bias], np.int32),
                    np.array([nats for _, nats in bias], np.float32),
                )
            ),
            st.none(),
        )
    )


@st.composite
def batches(draw, size: int, *, most: int) -> list[SampleSpec | None]:
    """Draw the specs of a batch, in which some rows are guided by the row after them."""
    rows: list[SampleSpec | None] = []
    for spec in draw(st.lists(specs(size), min_size=1, max_size=most)):
        if spec is None or len(rows) + 2 > most or draw(st.booleans()):
            rows.append(spec)
            continue
        capped = draw(st.lists(st.integers(0, size - 1), max_size=4))
        guidance = Guidance(draw(st.floats(1, 4)), np.array(capped, np.int32))
        rows += [spec._replace(logp=True, guidance=guidance), None]
    return rows[:most]


OUTPUT = Matrix.of(
    np.random.default_rng(5).normal(0, 1, (41, 9)).astype(np.float32),
    np.random.default_rng(6).normal(0, 1, 41).astype(np.float32),
)
FEATURES = np.random.default_rng(7).normal(0, 1, (5, 9)).astype(np.float32)


@pytest.mark.skipif(kernels() == [None], reason="the kernel was not built")
@settings(max_examples=60)
@given(batches(41, most=5))
def test_every_kernel_chooses_alike(asked) -> None:
    """For any sample specs, each kernel chooses the same characters with the same probabilities."""
    from charbard.runtime import _kernel, compiled

    features = FEATURES[: len(asked)]
    wanted = plain.choose(features, OUTPUT, asked)
    for variant in _kernel.variants():
        _kernel.use(variant)
        assert same(compiled.choose(features, OUTPUT, asked), wanted), variant


@settings(max_examples=40)
@given(batches(41, most=5))
def test_a_draw_does_not_depend_on_its_fellows(asked) -> None:
    """A row draws the same character in a batch as alone."""
    together = plain.choose(FEATURES[: len(asked)], OUTPUT, asked)

    for row, spec in enumerate(asked):
        end = row + (2 if spec is not None and spec.guidance else 1)
        alone = plain.choose(FEATURES[row:end], OUTPUT, asked[row:end])
        assert same(alone, Choices(*(values[row:end] for values in together)))


LOGITS = np.random.default_rng(8).normal(0, 2, (2, 41)).astype(np.float32)


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.5])
def test_guidance_is_the_published_formula(scale: float) -> None:
    """Guided log-probabilities are unconditioned + scale * (conditioned - unconditioned)."""
    own, bare = (row - np.log(np.exp(row).sum()) for row in LOGITS.astype(float))

    scores, gain = guided(*LOGITS, Guidance(scale, as_ids([])))

    assert np.allclose(scores, bare + scale * (own - bare), atol=1e-5)
    assert np.allclose(gain, own - bare, atol=1e-5)


def test_guidance_raises_nothing_that_is_capped() -> None:
    """Guidance may lower the score of a capped character, but never raises it."""
    own = LOGITS[0].astype(float) - np.log(np.exp(LOGITS[0].astype(float)).sum())
    capped = as_ids(range(0, 41, 2))

    free, _ = guided(*LOGITS, Guidance(3.0, as_ids([])))
    scores, _ = guided(*LOGITS, Guidance(3.0, capped))

    assert (scores[capped] <= own[capped] + 1e-5).all()
    assert (free[capped] > own[capped] + 1e-5).any()
    assert np.array_equal(np.delete(free, capped), np.delete(scores, capped))


def test_a_scale_of_one_only_measures() -> None:
    """Guidance of scale 1 draws the same character as no guidance, and also reports the gain."""
    spec = SampleSpec(as_ids(range(41)), SampleOptions(), 1, 2, 3)
    pair = [spec._replace(guidance=Guidance(1.0, as_ids([]))), None]

    alone = plain.choose(FEATURES[:1], OUTPUT, [spec])
    measured = plain.choose(FEATURES[:2], OUTPUT, pair)

    assert alone.ids_A[0] == measured.ids_A[0]
    assert alone.logp_A[0] == pytest.approx(measured.logp_A[0], abs=1e-5)
    assert np.isnan(alone.gain_A[0])
    assert np.isfinite(measured.gain_A[0])


def test_threads_never_part_a_row_from_its_twin() -> None:
    """However a batch is split among threads, a guided row and its twin are in the same part."""
    spec = SampleSpec(as_ids(range(4, 19)), SampleOptions(), 1, 0, 0)
    guidance = Guidance(2.0, as_ids([5]))
    bundle = random_bundle()
    asks_B = [spec, *[spec._replace(guidance=guidance), None] * 80]
    ids = np.arange(len(asks_B)) % len(bundle.vocab)

    one, three = (
        model.advance(ids, model.start(len(ids)), asks_B)
        for model in (ByteModel(bundle, threads=1), ByteModel(bundle, threads=3))
    )

    assert same(one.choices, three.choices)


def test_bytes_lose_little() -> None:
    """Scores of the quantised network differ from the exact network's by less than 0.15."""
    bundle = random_bundle(hidden_size=32, num_layers=1)
    ids_TB = np.random.default_rng(3).integers(0, len(bundle.vocab), (10, 4))
    exact, rounded = Model(bundle), ByteModel(bundle)

    wanted = exact.logits(exact.read(ids_TB, exact.start(4))[0][-1])
    scores = rounded.logits(rounded.read(ids_TB, rounded.start(4))[0][-1])

    assert np.abs(scores - wanted).max() < 0.15
    assert np.array_equal(
        rounded.logits(rounded.read(ids_TB, rounded.start(4))[0][-1], np.array([3, 5])),
        scores[:, [3, 5]],
    )


def test_a_wide_layer_adds_up_exactly() -> None:
    """A layer with more than 1,024 inputs is summed in parts, so its integer sums stay exact."""
    rng = np.random.default_rng(4)
    weight = rng.choice([-1.0, 1.0], (3, 3000)).astype(np.float32)
    x = np.where(weight[:1] > 0, np.float32(1), np.float32(-1))[:, None]

    out = plain.product(x, Matrix.of(weight, np.zeros(3, np.float32)))

    assert out[0, 0] == pytest.approx(3000, rel=1e-6)
    whole = plain.quantise(x[:, 0])[0].astype(int) @ Matrix.of(weight, weight[:, 0]).whole_KN
    assert np.allclose(out[0], whole[0] / 127**2, rtol=1e-6)


@pytest.mark.skipif(kernels() == [None], reason="the kernel was not built")
def test_every_kernel_rounds_wide_sums_alike() -> None:
    """In C as in NumPy, a sum beyond 2^24 is rounded to float32 only once."""
    from charbard.runtime import _kernel, compiled

    rng = np.random.default_rng(8)
    matrix = Matrix.of(rng.uniform(0.9, 1, (40, 5000)).astype(np.float32), np.zeros(40, np.float32))
    x = rng.uniform(0.9, 1, (3, 1, 5000)).astype(np.float32)
    wanted = plain.product(x, matrix)
    for variant in _kernel.variants():
        _kernel.use(variant)
        assert np.array_equal(compiled.product(x, matrix), wanted), variant


@pytest.mark.skipif(kernels() == [None], reason="the kernel was not built")
def test_an_id_outside_the_vocabulary_is_refused() -> None:
    """An id outside the vocabulary is refused, so the kernel never reads past its weights."""
    from charbard.runtime import compiled

    def choose(allowed, bias=None) -> None:
        spec = SampleSpec(allowed, SampleOptions(), 0, 0, 0, bias=bias)
        compiled.choose(FEATURES[:1], OUTPUT, [spec])

    for wrong in ([3, 41], [-1, 3]):
        with pytest.raises(IndexError, match="of 41"):
            choose(as_ids(wrong))
    with pytest.raises(TypeError, match="not int32"):
        choose(np.array([3, 4]))
    with pytest.raises(TypeError, match="as many int32 ids"):
        choose(as_ids([3]), Bias(np.array([3]), np.zeros(1, np.float32)))


def test_forks_of_a_row_draw_as_rows_of_their_own_would(compiled) -> None:
    """Several draws from one row give the same results as draws from separate rows."""
    bundle = random_bundle()
    model = ByteModel(bundle, compiled=compiled)
    spec = SampleSpec(as_ids(range(4, 19)), SampleOptions(min_p=0.05), 1, 0, 0)
    guided_ask = spec._replace(guidance=Guidance(2.0, as_ids([5])))
    forks = [spec._replace(sample=n) for n in range(3)]
    guided_forks = [guided_ask._replace(sample=n) for n in range(4)]

    shared = model.advance(
        np.array([5, 6, 7]),
        model.start(3),
        [*forks, *guided_forks],
        row_A=np.array([0, 0, 0, 1, 1, 1, 1]),
    )
    apart = model.advance(
        np.array([5] * 3 + [6, 7] * 4),
        model.start(11),
        [*forks, *(each for fork in guided_forks for each in (fork, None))],
    )

    own = [0, 1, 2, 3, 5, 7, 9]
    assert same(shared.choices, Choices(*(values[own] for values in apart.choices)))
    assert len(shared.state) == 3


def test_parts_of_one_array_are_not_taken_for_each_other(compiled) -> None:
    """Forks draw from their own allowed ids, even if these are prefixes of one array."""
    bundle = random_bundle()
    model = ByteModel(bundle, compiled=compiled)
    ids = as_ids(range(4, 19))
    specs = [SampleSpec(ids[:size], SampleOptions(), 1, 0, 0) for size in (2, 15, 7)]

    shared = model.advance(np.array([5]), model.start(1), specs, row_A=np.array([0, 0, 0]))
    apart = model.advance(np.array([5] * 3), model.start(3), specs)

    assert same(shared.choices, apart.choices)


@pytest.mark.skipif(len(kernels()) < 2, reason="the kernel could not be compiled here")
def test_an_outdated_kernel_raises_instead_of_reading_beyond(monkeypatch) -> None:
    """The kernel raises an error for an unknown cell or for the wrong number of parameters."""
    from charbard.runtime import _kernel, compiled

    zeros = np.zeros(8, np.float32)
    with pytest.raises(ValueError, match="no cell 7"):
        _kernel.cell(7, zeros, zeros, zeros, zeros.copy(), (1, 1, 0, 8))

    output = Matrix.of(np.ones((9, 4), np.float32), np.zeros(9, np.float32))
    monkeypatch.setattr(compiled, "_numbers", lambda spec: (1.0, 0.0, 1.0))
    spec = SampleSpec(as_ids([3]), SampleOptions(), 1, 0, 0)
    with pytest.raises(TypeError, match="reads 6 numbers"):
        compiled.choose(np.zeros((1, 4), np.float32), output, [spec])
