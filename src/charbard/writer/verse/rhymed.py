"""Choose the rhyme before the text, with a model that predicts the rhyme condition.

Every line is then conditioned on the rhyme. Otherwise the word that happens to end the first line
would decide the rhyme of all other lines.
"""

from collections.abc import Generator
from dataclasses import replace

from charbard.config import SampleOptions
from charbard.runtime import Emit, Outcome, SampleSpec, Search, as_ids
from charbard.runtime.task import Plan, read_prompts
from charbard.writer.verse.request import RHYME, Request

__all__ = ["choose_rhyme"]

_STEP = 1 << 23
"""Step number for drawing the rhyme, larger than that of any character."""
_AS_LEARNED = SampleOptions()
"""Options for drawing the rhyme, at temperature 1: a lower one would favour a few rhymes."""

Choosing = Generator[Plan | Emit, Outcome, tuple[list[tuple[int, ...]], Search]]


def choose_rhyme(request: Request, search: Search) -> Choosing:
    """Sample a rhyme among those that the request allows, if the model predicts rhymes.

    Returns:
        The prompts for `decode`, and the search, which starts with that rhyme.
    """
    own, *unconditioned = request.prompts
    own, group = request.conditioned(own, words=request.word_ids), None
    if request.rhyme_ids:
        spec = SampleSpec(as_ids(request.rhyme_ids), _AS_LEARNED, search.seed, search.sample, _STEP)
        before = request.machine.lexicon.vocab.announced(own, RHYME)
        outcome = yield from read_prompts([before], search.start, spec)
        group = request.rhyme_ids[outcome.ids[0]]
        # The form is restricted to this rhyme; otherwise the text could rhyme with a group that it
        # is not conditioned on.
        search = replace(search, form=request.machine.start(group))
    return [request.conditioned(prompt, group=group) for prompt in (own, *unconditioned)], search
