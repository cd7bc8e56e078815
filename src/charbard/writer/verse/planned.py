"""What a poet settles first: what the poem is about, and its rhyme.

A model that learned to choose them says both before the text. Then every line is written with the
same few words in mind, and with the rhyme, instead of the first word that happens to end a line
deciding for all others.

Source:
    Plan-and-Write: Yao et al. 2019; planning by keywords for Chinese verse: Wang et al. 2016,
    "Chinese Poetry Generation with Planning based Neural Network".
"""

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime import Ask, Emit, Guidance, Outcome, Search, as_ids
from charbard.runtime.constraint import Ids
from charbard.runtime.task import Plan, read_prompts
from charbard.writer.verse.request import RHYME, Request
from charbard.writer.verse.words import WORDS, WordMarks

__all__ = ["plan_text"]

_RHYME_STEP, _WORD_STEP = 1 << 23, 1 << 24
"""Numbers of the steps in which the rhyme and the words are drawn: chances of their own."""
_AS_LEARNED = SampleOptions()
"""The rhyme is drawn as often as poets choose it: a dial turned down would always choose one."""

Choosing = Generator[Plan | Emit, Outcome, tuple[int, ...]]
Planning = Generator[Plan | Emit, Outcome, tuple[list[tuple[int, ...]], Search]]


def plan_text(request: Request, search: Search) -> Planning:
    """Let the model choose words and a rhyme first, if it learned to: words only where the user has
    not given them, a rhyme among those that the request allows.

    Returns:
        The prompts for `decode`, and the search, which begins with the rhyme that was chosen.
    """
    words: tuple[int, ...] = request.words
    if not words and request.word_marks is not None:
        words = yield from _words(request, request.word_marks, search)
    group = None
    if request.signs:
        group = yield from _rhyme(request, words, search)
        search = replace(search, form=request.machine.start(group))
    own, *bare = request.prompts
    prompts = [
        request.told(own, words=words, group=group),
        *(request.told(prompt, group=group) for prompt in bare),
    ]
    return prompts, search


def _words(request: Request, marks: WordMarks, search: Search) -> Choosing:
    """A word for each couplet or so, drawn as the text will be: guided, and as bold."""
    vocab = request.machine.lexicon.vocab
    prompts = [vocab.announced(prompt, WORDS) for prompt in request.prompts]
    is_guided = len(prompts) > 1
    drawn: list[int] = []

    def ask() -> Ask:
        guidance = Guidance(search.guidance, np.array(drawn, np.int32)) if is_guided else None
        step = _WORD_STEP + len(drawn)
        allowed = _next_in_words(drawn, marks)
        return Ask(allowed, search.options, search.seed, search.sample, step, guidance=guidance)

    outcome = yield from read_prompts(prompts, search.start, ask())
    rows = range(len(prompts))
    while True:
        drawn.append(outcome.ids[0])
        if drawn[-1] == marks.end:
            return tuple(drawn)
        outcome = yield Plan(rows, [drawn[-1]] * len(rows), (ask(), *(None for _ in rows[1:])))


def _next_in_words(drawn: Sequence[int], marks: WordMarks) -> Ids:
    """What may follow: words of one or two characters, none that was there, parted by marks."""
    size = next((n for n, char in enumerate(reversed(drawn)) if char == marks.comma), len(drawn))
    characters = np.setdiff1d(marks.characters, np.array(drawn, np.int32))
    if not size:
        return characters
    ends = (marks.end,) if drawn.count(marks.comma) + 1 == marks.most else (marks.comma, marks.end)
    return as_ids(ends if size == 2 else [*characters.tolist(), *ends])


def _rhyme(
    request: Request, words: tuple[int, ...], search: Search
) -> Generator[Plan | Emit, Outcome, str]:
    """A group among those that the request allows."""
    ask = Ask(as_ids(request.signs), _AS_LEARNED, search.seed, search.sample, _RHYME_STEP)
    own, *_ = request.prompts
    vocab = request.machine.lexicon.vocab
    before = vocab.announced(request.told(own, words=words), RHYME)
    outcome = yield from read_prompts([before], search.start, ask)
    return request.signs[outcome.ids[0]]
