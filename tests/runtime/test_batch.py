"""Tasks that share a batch do not affect each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.config import SampleOptions
from charbard.errors import DeadEndError
from charbard.runtime import (
    Anything,
    Batch,
    Bias,
    ByteModel,
    Draws,
    Emit,
    Plan,
    SampleSpec,
    Task,
    as_ids,
    best_of,
    generate,
    read_ids,
    run,
    through,
    together,
)
from tests.conftest import random_bundle
from tests.runtime import forms
from tests.runtime.forms import Lines, ids_of, letters

MODEL = ByteModel(random_bundle(projection_size=6, tied=True, attention=5, attention_span=7))


def poem(sample: int, form: Lines = forms.FORM) -> Task:
    """Return the task of a poem, with three drafts for odd samples and one for even samples."""
    return forms.poem(MODEL, sample, form=form, drafts=1 + 2 * (sample % 2))


def written(task: Task) -> list:
    return [value for _, value in run(MODEL, [task])]


ALONE = [written(poem(sample)) for sample in range(8)]


def test_a_constraint_is_kept_and_can_be_used_again() -> None:
    """A poem obeys its constraint; the same sample repeats the poem, and other samples differ."""
    ids = ids_of(ALONE[0])

    assert len(ids) == 15
    assert [place for place, char_id in enumerate(ids) if char_id == 2] == [4, 9, 14]
    assert set(ids) <= {2, *range(6, 17)}
    assert written(poem(0)) == ALONE[0]
    assert len({ids_of(said) for said in ALONE}) == len(ALONE)


@settings(max_examples=30)
@given(st.permutations(range(8)), st.integers(1, 8))
def test_any_order_and_any_room(order, rows: int) -> None:
    """A poem written in a batch equals the same poem written alone, log-probabilities included."""
    emitted: dict[int, list] = {}
    for index, value in run(MODEL, [poem(sample) for sample in order], rows=rows):
        emitted.setdefault(order[index], []).append(value)

    assert [emitted[sample] for sample in range(8)] == ALONE


@settings(max_examples=40)
@given(st.data())
def test_joining_leaving_and_waiting_at_any_step(data) -> None:
    """Tasks may join, be cancelled or wait between any two steps without affecting others."""
    batch, emitted, sample_of = Batch(MODEL), {}, {}
    for _ in range(40):
        if len(sample_of) < 8 and data.draw(st.booleans()):
            key, events = batch.add(poem(len(sample_of)))
            sample_of[key] = len(sample_of)
            assert not events
        live = sorted(batch.keys())
        if live and data.draw(st.integers(0, 9)) == 0:
            batch.remove(data.draw(st.sampled_from(live)))
            live = sorted(batch.keys())
        waiting = [key for key in live if data.draw(st.booleans())]
        for event in batch.tick(waiting):
            assert event.key not in waiting
            emitted.setdefault(event.key, []).append(event.value)

    for key, values in emitted.items():
        steps = [value for value in values if value is not None]
        assert steps == ALONE[sample_of[key]][: len(steps)]


def test_a_dead_end_ends_its_own_task_only() -> None:
    """A task whose ids are all disallowed or barred fails without affecting other tasks."""
    nothing = Lines(as_ids([]), 2)
    draws = Draws(
        options=SampleOptions(), seed=1, boost=Bias(as_ids([7]), np.array([-np.inf], np.float32))
    )
    barred = Task(generate([3], Anything(as_ids([7])), draws))
    batch = Batch(MODEL)
    keys = [batch.add(task)[0] for task in (poem(0), poem(0, form=nothing), barred)]

    events = [event for _ in range(16) for event in batch.tick()]

    errors = {event.key: event.error for event in events if event.error is not None}
    assert set(errors) == set(keys[1:])
    assert all(isinstance(error, DeadEndError) for error in errors.values())
    assert [e.value for e in events if e.key == keys[0] and not e.done] == ALONE[0]
    with pytest.raises(DeadEndError, match="place 1"):
        written(poem(0, form=nothing))


def test_several_texts_share_what_was_read_before() -> None:
    """Texts that share one reading of the prompt equal the same texts written one by one."""
    alone = [written(Task(letters(sample))) for sample in range(3)]

    def three():
        yield from read_ids([2])
        yield from together([letters(sample, prime=(5,)) for sample in range(3)])

    batch = Batch(MODEL)
    batch.add(Task(three(), rows=3))
    emitted: dict[int, list] = {0: [], 1: [], 2: []}
    while batch:
        for event in batch.tick():
            if not event.done:
                emitted[event.value[0]].append(event.value[1])

    assert [emitted[sample] for sample in range(3)] == alone
    assert batch.read == 1 + 3 * 15


def test_the_best_of_several() -> None:
    """`best_of` emits only the text with the highest score, and all of its steps."""

    def score(steps) -> float:
        return sum(step.logp for step in steps)

    alone = [written(Task(letters(sample))) for sample in range(8)]
    best = written(Task(best_of([letters(sample) for sample in range(8)], score), rows=8))

    assert best == max(alone, key=score)


def test_through_changes_and_ends() -> None:
    """`through` can change what a task emits, and can end the task."""
    seen = []

    def take(step):
        seen.append(step)
        return [step.char_id] * 2, len(seen) == 3

    alone = written(Task(letters()))
    assert written(Task(through(letters(), take))) == [
        step.char_id for step in alone[:3] for _ in range(2)
    ]


def test_units_are_read_and_switched_off() -> None:
    """A task can read unit outputs, and a unit that it switches off is zero in this task only."""
    hidden: dict[bool, list] = {False: [], True: []}

    def watch(off: bool):
        for char_id in (3, 4, 5):
            outcome = yield Plan((0,), (char_id,), (None,))
            hidden[off].append(outcome.state.hidden_BLH[0])
            yield Emit(None)

    keep = np.ones((2, 12), np.float32)
    keep[0, 7] = 0
    list(run(MODEL, [Task(watch(False)), Task(watch(True), keep_LH=keep)]))

    assert all(values[0, 7] != 0 for values in hidden[False])
    assert all(values[0, 7] == 0 for values in hidden[True])
    assert not np.array_equal(hidden[False][2][1], hidden[True][2][1])
    assert np.abs(hidden[False]).max() <= 1


@given(st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=20)
def test_a_task_goes_back_to_a_kept_state(ahead: int, width: int) -> None:
    """A task can resume from a saved state, in any number of rows, without affecting others."""

    def wander():
        outcome = yield Plan((0,), (3,), (None,))
        kept = outcome.state.take([0])
        outcome = yield Plan((0,), (4,), (None,))
        first = outcome.features_RP[0].copy()
        for char_id in range(5, 5 + ahead):
            outcome = yield Plan((0,), (char_id,), (None,))
        outcome = yield Plan((0,) * width, (4,) * width, (None,) * width, kept)
        yield Emit((first, outcome.features_RP.copy()))

    tasks = [poem(0), Task(wander(), rows=width), poem(1)]
    said: dict[int, list] = {0: [], 1: [], 2: []}
    for index, value in run(MODEL, tasks):
        said[index].append(value)

    ((first, again),) = said[1]
    assert again.shape == (width, len(first))
    assert all(np.array_equal(row, first) for row in again)
    assert said[0] == ALONE[0]
    assert said[2] == ALONE[1]


def test_forks_are_read_once_and_drawn_one_by_one() -> None:
    """Several draws from one row give the same characters as draws from separate rows."""

    def forked():
        specs = [SampleSpec(as_ids(range(4, 19)), SampleOptions(), 1, n, 0) for n in range(5)]
        outcome = yield Plan((0, 0), (3, 4), specs, of=(0, 0, 1, 1, 1))
        yield Emit((len(outcome.state), outcome.ids))

    def apart():
        specs = [SampleSpec(as_ids(range(4, 19)), SampleOptions(), 1, n, 0) for n in range(5)]
        outcome = yield Plan((0,) * 5, (3, 3, 4, 4, 4), specs)
        yield Emit((2, outcome.ids))

    said = dict(run(MODEL, [poem(0), Task(forked(), rows=2), Task(apart(), rows=5)]))

    assert said[1] == said[2]
