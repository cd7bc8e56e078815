"""A logit bias towards the words that the user wants in the poem, until they are used."""

from collections.abc import Iterator, Sequence

from charbard.runtime import Bias, BiasRule
from charbard.writer.verse.bias import bias_of
from charbard.writer.verse.request import Request

__all__ = ["share_used", "towards_words"]

_BEGIN, _LAST, _GO_ON = 1.5, 6.0, 5.0
"""Nats for the first character of an unused word (doubled for each line by which it is late), for
the next character of a word in the last line, and for the next character of a word just begun."""


def towards_words(request: Request) -> tuple[BiasRule, ...]:
    """Return the bias rule towards the words, spread over the text in the user's order."""
    vocab, spans = request.machine.lexicon.vocab, request.machine.spans
    words = [tuple(vocab.encode(word).tolist()) for word in request.wanted]
    if not words:
        return ()
    first_line = [len(spans) * place // len(words) for place in range(len(words))]
    line_of = [line for line, span in enumerate(spans) for _ in range(span.stop - span.start)]

    def rule(ids: Sequence[int]) -> Bias | None:
        line, begins = line_of[len(ids)], spans[line_of[len(ids)]].start
        nats = dict[int, float]()
        for word, first in zip(words, first_line, strict=True):
            if line < first or _holds(ids, word):
                continue
            # A word must not run across two lines, so only its beginning in this line counts.
            begun = _begun(ids[begins:], word)
            strength = _GO_ON if begun else _BEGIN * 2 ** (line - first)
            if line + 1 == len(spans):
                strength = max(strength, _LAST)
            nats[word[begun]] = max(strength, nats.get(word[begun], 0.0))
        return bias_of(nats) if nats else None

    return (rule,)


def share_used(lines: Sequence[str], words: Sequence[str]) -> float | None:
    """Return the share of the words that occur in a line; None if there are no words."""
    if not words:
        return None
    return sum(any(word in line for line in lines) for word in words) / len(words)


def _holds(ids: Sequence[int], word: Sequence[int]) -> bool:
    return any(tuple(part) == word for part in _windows(ids, len(word)))


def _windows(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[at : at + size] for at in range(len(ids) - size + 1))


def _begun(line: Sequence[int], word: Sequence[int]) -> int:
    """Return the length of the longest prefix of a word that the line ends with."""
    sizes = range(min(len(word) - 1, len(line)), 0, -1)
    return next((size for size in sizes if tuple(line[-size:]) == tuple(word[:size])), 0)
