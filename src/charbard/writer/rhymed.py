"""The rhyme first: a model that learned to choose it says so before the text, as a poet does.

Then every line is written with the rhyme in mind, instead of the first word that happens to end a
line deciding for all others.
"""

from dataclasses import replace

from charbard.config import SampleOptions
from charbard.runtime import Ask, Steps, as_ids, draw_after
from charbard.writer.particles import Search, drafts
from charbard.writer.request import Request

__all__ = ["rhymed_drafts"]

_STEP = 1 << 23
"""Number of the step in which the rhyme is drawn: a chance of its own."""
_AS_LEARNED = SampleOptions()
"""The rhyme is drawn as often as poets choose it: a dial turned down would always choose one."""


def rhymed_drafts(request: Request, search: Search) -> Steps:
    """As `drafts`, in a rhyme that the model draws from those that the request allows."""
    if not request.signs:
        yield from drafts(request.prime, request.machine, search)
        return
    ask = Ask(as_ids(sorted(request.signs)), _AS_LEARNED, search.seed, search.sample, _STEP)
    outcome = yield from draw_after((*request.prime[:-1], request.rhyme_marker), ask)
    (sign,) = outcome.ids
    here = replace(search, rhyme=request.signs[sign], start=outcome.state)
    yield from drafts((sign, request.prime[-1]), request.machine, here)
