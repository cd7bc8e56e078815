"""Protocol V, the measure for verse, measures what it claims to."""

from dataclasses import replace

import numpy as np
import pytest

from charbard.corpus import Record
from charbard.errors import CorpusError, OptionError
from charbard.report import evaluate_verse
from charbard.report.scoring import opening_of, tallies
from charbard.report.verse import group_names, read_verse
from charbard.runtime import Model, score_ids
from charbard.runtime.score import read_scores
from tests.conftest import random_bundle
from tests.report.conftest import SONG


def by_hand(bundle, fields: dict[str, str], text: str) -> tuple[float, int]:
    """Return the nats and the number of the Chinese characters of one text, scored alone."""
    opening = opening_of(bundle.vocab, fields)
    ids = np.array([*opening, *bundle.vocab.encode(text)])
    logp = score_ids(Model(bundle), ids).logp_N[len(opening) - 1 :]
    han = [char not in "，。" for char in text]
    return -float(logp[han].sum()), sum(han)


def test_only_chinese_characters_count_and_only_the_form_is_given(poet, poems) -> None:
    """Protocol V scores only Chinese characters, each poem alone and conditioned on its form."""
    found = evaluate_verse(poet, [str(poems)], part="test")

    scores = [
        by_hand(poet, {"form": record.fields["form"]}, record.text)
        for record in read_verse([str(poems)], "test")
    ]
    assert found.chars == sum(chars for _, chars in scores)
    assert found.nats_per_char * found.chars == pytest.approx(sum(n for n, _ in scores), rel=1e-5)


def test_groups_add_up(poet, poems) -> None:
    """Groups by form, or by dynasty, add up to the whole; metres and tunes have groups, too."""
    found = evaluate_verse(poet, [str(poems)], part="test")

    for kind in ("form", "dynasty"):
        groups = [group for name, group in found.groups.items() if name.startswith(kind)]
        assert sum(group.chars for group in groups) == found.chars
    assert found.groups["form 词"].chars == sum(char not in "，。" for char in SONG)
    assert {"metre regulated, 5", "metre regulated, 7", "tune 如梦令"} <= set(found.groups)


def test_unknown_characters_are_scored_and_told(poet, poems) -> None:
    """`unknown` counts 楼, the only character that is not in the vocabulary."""
    assert evaluate_verse(poet, [str(poems)], part="test").unknown == 1


def test_more_may_be_given(poet, poems) -> None:
    """Giving more fields changes the score, and a field that the model lacks is refused."""
    plain = evaluate_verse(poet, [str(poems)], part="test")
    titled = evaluate_verse(poet, [str(poems)], part="test", given=("form", "title"))

    assert titled.nats_per_char != plain.nats_per_char
    with pytest.raises(OptionError, match="no field 'author'"):
        evaluate_verse(poet, [str(poems)], part="test", given=("author",))


def test_held_out_lists_are_never_read(poems) -> None:
    """The part `all` leaves out held-out records, and a part without records is refused."""
    texts = {record.text for record in read_verse([str(poems)], "all")}

    assert "不可读。" not in texts
    with pytest.raises(CorpusError, match="no record's split is 'validation'") as caught:
        read_verse([str(poems)], "validation")
    assert "heldout, test, train" in caught.value.hint


def test_something_must_count(poet, tmp_path) -> None:
    """`evaluate_verse` refuses records without a single Chinese character."""
    (tmp_path / "r.jsonl").write_text('{"form": "x", "text": "abc", "split": "test"}\n')

    with pytest.raises(CorpusError, match="no Chinese character"):
        evaluate_verse(poet, [str(tmp_path / "r.jsonl")], part="test")


def test_verse_needs_a_model_of_records(poems) -> None:
    """`evaluate_verse` refuses a model of running text."""
    with pytest.raises(OptionError, match="does not fit"):
        evaluate_verse(random_bundle(), [str(poems)], part="test")


def test_scores_do_not_depend_on_the_company(poet) -> None:
    """A record has the same score alone as in a batch with longer and shorter records."""
    records = [Record("月" * n + "，", {"form": "七绝"}) for n in (1, 40, 7, 300, 2)]

    together = tallies(Model(poet), poet.vocab, records, only_han=False)

    for record, tally in zip(records, together, strict=True):
        (alone,) = tallies(Model(poet), poet.vocab, [record], only_han=False)
        assert tally.nats == pytest.approx(alone.nats, rel=1e-5)
        assert tally.chars == alone.chars == len(record.text) + 1


def test_a_chosen_field_costs_what_the_model_gives_to_it(poet) -> None:
    """With `chosen`, a poem's nats include those of the field that the model chooses."""
    vocab = replace(poet.vocab, fields=("form", "dynasty", "rhyme"))
    model, record = Model(poet), Record("月落乌啼霜满天，", {"form": "绝", "rhyme": "天"})

    (told,) = tallies(model, vocab, [record], only_han=True)
    (paid,) = tallies(model, vocab, [record], only_han=True, chosen="rhyme")
    (open_,) = tallies(
        model, vocab, [Record(record.text, {"form": "绝"})], only_han=True, chosen="rhyme"
    )

    marker, sign = vocab.marker("rhyme"), vocab.id_of("天")
    read = np.array([*vocab.opening(has_records=True, fields={"form": "绝"})[:-1], marker])
    wanted = np.array([[-1]] * (len(read) - 1) + [[sign]])
    logp, _ = read_scores(model, read[:, None], wanted, model.start(1))
    assert paid.nats - told.nats == pytest.approx(-float(logp.sum()), rel=1e-5)
    assert paid.chars == told.chars == open_.chars == 7
    with pytest.raises(OptionError, match="no field to choose"):
        evaluate_verse(poet, ["unread"], part="test", chosen=True)


def test_poems_without_kind_are_by_shape() -> None:
    """A record without a kind is grouped as a 诗, by its form."""
    assert group_names(Record("", {"form": "五律"})) == ["form 五律", "metre regulated, 5"]
