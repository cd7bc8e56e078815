"""The rhyme first: a model that learned to choose it says so before the text, as a poet does.

Then every line is written with the rhyme in mind, instead of the first word that happens to end a
line deciding for all others.
"""

from collections.abc import Generator
from dataclasses import replace

from charbard.config import SampleOptions
from charbard.runtime import Ask, Emit, Outcome, Search, as_ids
from charbard.runtime.task import Plan, read_prompts
from charbard.writer.verse.request import RHYME, Request

__all__ = ["choose_rhyme"]

_STEP = 1 << 23
"""Number of the step in which the rhyme is drawn: a chance of its own."""
_AS_LEARNED = SampleOptions()
"""The rhyme is drawn as often as poets choose it: a dial turned down would always choose one."""

Choosing = Generator[Plan | Emit, Outcome, tuple[list[tuple[int, ...]], Search]]


def choose_rhyme(request: Request, search: Search) -> Choosing:
    """Let the model choose a rhyme among those that the request allows, if it learned to.

    Returns:
        The prompts for `decode`, and the search, which begins with the rhyme that was chosen.
    """
    own, *bare = request.prompts
    own, group = request.told(own, words=request.words), None
    if request.signs:
        ask = Ask(as_ids(request.signs), _AS_LEARNED, search.seed, search.sample, _STEP)
        before = request.machine.lexicon.vocab.announced(own, RHYME)
        outcome = yield from read_prompts([before], search.start, ask)
        group = request.signs[outcome.ids[0]]
        search = replace(search, form=request.machine.start(group))
    return [request.told(prompt, group=group) for prompt in (own, *bare)], search
