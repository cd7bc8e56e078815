"""The rhyme first: a model that learned to choose it says so before the text, as a poet does.

Then every line is written with the rhyme in mind, instead of the first word that happens to end a
line deciding for all others.
"""

from dataclasses import replace

from charbard.config import SampleOptions
from charbard.runtime import Ask, Decoding, Search, as_ids, decode, read_prompts
from charbard.writer.request import Request

__all__ = ["rhymed_drafts"]

_STEP = 1 << 23
"""Number of the step in which the rhyme is drawn: a chance of its own."""
_AS_LEARNED = SampleOptions()
"""The rhyme is drawn as often as poets choose it: a dial turned down would always choose one."""


def rhymed_drafts(request: Request, search: Search) -> Decoding:
    """Write as `decode` does, in a rhyme that the model draws from those the request allows."""
    prompts = request.prompts
    if request.signs:
        ask = Ask(as_ids(sorted(request.signs)), _AS_LEARNED, search.seed, search.sample, _STEP)
        before = [(*prompt[:-1], request.rhyme_marker) for prompt in prompts]
        outcome = yield from read_prompts(before, search.start, ask)
        sign = outcome.ids[0]
        search = replace(search, form=request.machine.start(request.signs[sign]))
        prompts = [(*ids, sign, prompt[-1]) for ids, prompt in zip(before, prompts, strict=True)]
    return (yield from decode(prompts, request.machine, search))
