"""For regulated verse, the checker's rules and the forms' patterns give the same verdict."""

from itertools import product

import pytest

from charbard.prosody import form_named
from charbard.prosody.check.patterned import best_pattern
from charbard.prosody.check.regulated import pattern_of, scan, types_named

FORMS = {5: "五律", 7: "七律"}


def good_lines(name: str, variant: int) -> list[str]:
    """Return the first pattern of each line of a variant, with its free places made level."""
    lines = form_named(name).variants[variant].lines
    return [line.patterns[0].replace("中", "平") for line in lines]


@pytest.mark.parametrize("width", [5, 7])
@pytest.mark.parametrize("variant", range(4))
@pytest.mark.parametrize("place", range(4))
def test_rules_and_patterns_agree_on_every_line(width: int, variant: int, place: int) -> None:
    """The rules allow exactly those tone sequences of a line that the form's patterns allow."""
    form = form_named(FORMS[width])
    chosen = form.variants[variant]
    types = types_named(chosen.name, width, len(chosen.lines))
    poem = good_lines(form.name, variant)

    for tones in map("".join, product("平仄", repeat=width)):
        poem[place] = tones
        by_rule = scan(poem, types=types).is_regular
        by_table = not best_pattern(tones, chosen.lines[place].patterns)[1]
        assert by_rule == by_table, (chosen.name, place, tones)


@pytest.mark.parametrize("width", [5, 7])
def test_four_templates(width: int) -> None:
    """`scan` finds the right line types in a regular poem of each variant."""
    for number, variant in enumerate(form_named(FORMS[width]).variants):
        poem = good_lines(FORMS[width], number)
        types = types_named(variant.name, width, 8)
        assert scan(poem, first_rhymes="首句入韵" in variant.name).types == types
        for kind, line in zip(types, poem, strict=True):
            assert len(pattern_of(kind, width, line)) == width


GOOD = ["仄仄平平仄", "平平仄仄平", "平平平仄仄", "仄仄仄平平"]


@pytest.mark.parametrize(
    ("line", "tones", "rule", "place"),
    [
        (1, "平仄平平仄", None, None),
        (1, "仄平平平仄", "tone", 2),
        (2, "仄平仄仄平", "lone-level", 3),
        (2, "仄平平仄平", None, None),
        (3, "平平仄平仄", None, None),
        (3, "仄平仄平仄", "tone", 4),
        (4, "仄仄平平平", "three-level", 3),
        (4, "中仄中平平", None, None),
    ],
)
def test_each_rule_by_itself(line: int, tones: str, rule: str | None, place: int | None) -> None:
    """A changed line breaks exactly the expected rule at the expected place, or no rule."""
    poem = list(GOOD)
    poem[line - 1] = tones
    broken = [each for each in scan(poem).findings if not each.legal]

    assert [(each.rule, each.line, each.place) for each in broken] == (
        [(rule, line, place)] if rule else []
    )


def test_rescue_needs_the_answer() -> None:
    """仄仄平仄仄 is legal only if the third character of the next line rescues it."""
    rescued = scan(["仄仄平仄仄", "平平平仄平", *GOOD[2:]])
    not_rescued = scan(["仄仄平仄仄", "平平仄仄平", *GOOD[2:]])

    assert rescued.is_legal
    assert not rescued.is_regular
    assert [each.rule for each in rescued.findings] == ["rescue"]
    assert not not_rescued.is_legal


def test_broken_joints_are_named_as_such() -> None:
    """Regular lines in the wrong order are reported as broken 粘 or 对, not as wrong tones."""
    adhesion = scan([*GOOD[:2], *GOOD[:2]])
    opposition = scan([GOOD[0], GOOD[3], *GOOD[2:]])

    assert [(each.rule, each.line) for each in adhesion.findings] == [("adhesion", 3)]
    assert [(each.rule, each.line) for each in opposition.findings if not each.legal] in (
        [("opposition", 2)],
        [("opposition", 2), ("adhesion", 3)],
    )
