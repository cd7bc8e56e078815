"""The log survives kills, odd characters and repeated steps."""

import json
import math

from charbard.errors import Note
from charbard.train.events import Notice, Progress, Sampled
from charbard.train.journal import Journal, read_journal


def _progress(step: int, loss: float = 1.0) -> Progress:
    return Progress(step, 0.1, 0.1, loss, 1.0, 1.0, 1.0, 0.1, 1.0)


def _write(path, *events) -> None:
    journal = Journal(path)
    for event in events:
        journal.write(event)
    journal.close()


def test_a_line_cut_short_takes_no_other_with_it(tmp_path) -> None:
    """If the process was killed in mid-line, the resumed run starts a new line."""
    log = tmp_path / "log.jsonl"
    _write(log, _progress(10))
    with log.open("a") as file:
        file.write('{"event": "prog')
    _write(log, _progress(20))

    assert [event["step"] for event in read_journal(log)] == [10, 20]


def test_steps_made_again_count_once(tmp_path) -> None:
    """`read_journal` leaves out steps that a resume or a rollback has discarded."""
    log = tmp_path / "log.jsonl"
    _write(log, _progress(10), _progress(20), _progress(30))
    _write(log, _progress(15), _progress(25))

    assert [event["step"] for event in read_journal(log)] == [10, 15, 25]


def test_samples_of_any_characters_are_one_line(tmp_path) -> None:
    """A sample with line separators is logged on one line, and a loss of NaN is logged as null."""
    log = tmp_path / "log.jsonl"
    text = "a\u2028b\x85c\x0cd\n\x00"
    _write(log, Sampled(1, 0.5, text), _progress(2, math.nan))
    sampled, progress = read_journal(log)

    assert sampled["text"] == text
    assert progress["loss"] is None
    for line in log.read_text(encoding="utf-8").split("\n")[:-1]:
        json.loads(line, parse_constant=lambda name: 1 / 0)


def test_a_notice_can_be_translated(tmp_path) -> None:
    """A notice is logged with its code and values, and its settings as Python spells them."""
    log = tmp_path / "log.jsonl"
    _write(log, Notice(Note("back to step 2 (⟪clip=0.5⟫)", "loss.back", {"at": 3, "step": 2})))
    (notice,) = read_journal(log)

    assert notice["message"] == "back to step 2 (clip=0.5)"
    assert (notice["code"], notice["values"]) == ("loss.back", {"at": 3, "step": 2})
