"""Activations of single units along a text, and which units track a property of it.

Shape letters: N characters, U units of all layers, L layers, H hidden units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.errors import Note, OptionError
from charbard.runtime import activations, attention_map
from charbard.runtime.model import Network
from charbard.writer.prompt import encode_known, opening_ids

__all__ = ["Insight", "Tracker", "look_inside", "signals_of"]

_MARKS = frozenset("，。、！？；：,.!?;:\n")
_ENDS = frozenset("。！？.!?\n")


@dataclass(frozen=True, slots=True)
class Tracker:
    """A unit, and how well it tracks a property."""

    layer: int
    unit: int
    correlation: float
    """Pearson correlation over the characters of the text, with its sign."""


@dataclass(frozen=True)
class Insight:
    """The activations of every unit along a text."""

    text: str
    """The text as the model read it, without unknown characters."""
    values_NLH: NDArray[np.float32]
    """Output of each unit after each character, in -1..1."""
    trackers: Mapping[str, tuple[Tracker, ...]]
    """Property -> the units that track it, the best first."""
    look_NN: NDArray[np.float32] | None
    """Attention of each character to each earlier one, 0..1. None: the network has no attention."""
    notes: tuple[Note, ...]


def look_inside(bundle: Bundle, network: Network, text: str, *, top: int = 5) -> Insight:
    """Read a text and find the units that track its structure.

    Args:
        bundle: The model.
        network: Its network.
        text: At least two characters that the model knows.
        top: Number of units to return for each property.

    Raises:
        OptionError: The model knows fewer than two characters of the text.
    """
    known, notes = encode_known(bundle.vocab, text)
    if len(known) < 2:
        raise OptionError(
            "there is too little to look at", code="look.short", hint="give two characters or more"
        )
    opening, _, _ = opening_ids(bundle, "", ())
    ids = np.array(opening + bundle.vocab.encode(known).tolist())
    values_NLH = activations(network, ids)
    look_NN = attention_map(network, values_NLH[:, -1])
    values_NLH = values_NLH[len(opening) :]
    trackers = {name: _best(values_NLH, signal, top) for name, signal in signals_of(known).items()}
    if look_NN is not None:
        look_NN = look_NN[len(opening) :, len(opening) :]
    return Insight(known, values_NLH, trackers, look_NN, tuple(notes))


def signals_of(text: str) -> dict[str, NDArray[np.float32]]:
    """Return each property's value at every character, omitting properties that never change.

    place: characters since the line began. line_end: the next character is a mark.
    couplet_half: 1 in the second line of a pair. rhyme: the next character is the last before the
    mark that ends a sentence. space: the character is a space.

    >>> for name, signal in signals_of("ab，cd。").items():
    ...     print(name, signal.astype(int).tolist())
    place [0, 1, 2, 0, 1, 2]
    line_end [0, 1, 0, 0, 1, 0]
    couplet_half [0, 0, 0, 1, 1, 1]
    rhyme [0, 0, 0, 1, 0, 0]
    """
    place, half = _places(text)
    following = (*text[1:], "\n")
    after = (*text[2:], "\n", "\n")
    line_end = [
        char in _MARKS and here not in _MARKS for here, char in zip(text, following, strict=True)
    ]
    rhyme = [
        late in _ENDS and char not in _MARKS for char, late in zip(following, after, strict=True)
    ]
    space = [char == " " for char in text]
    found: dict[str, Sequence[float]] = {
        "place": place,
        "line_end": line_end,
        "couplet_half": half,
        "rhyme": rhyme if "。" in text else [],
        "space": space,
    }
    return {
        name: np.array(values, np.float32) for name, values in found.items() if len(set(values)) > 1
    }


def _places(text: str) -> tuple[list[int], list[int]]:
    """Return each character's place in its line, and whether the line is the second of a pair."""
    places, halves, place, half = [], [], 0, 0
    for char in text:
        places.append(place)
        halves.append(half)
        place += 1
        if char in _MARKS:
            place, half = 0, 0 if char in _ENDS else 1 - half
    return places, halves


def _best(
    values_NLH: NDArray[np.float32], signal_N: NDArray[np.float32], top: int
) -> tuple[Tracker, ...]:
    """Return the units that correlate best with a signal."""
    width = values_NLH.shape[2]
    values_NU = values_NLH.reshape(len(values_NLH), -1)
    values_NU = values_NU - values_NU.mean(axis=0)
    signal_N = signal_N - signal_N.mean()
    scale_U = np.sqrt((values_NU**2).sum(axis=0) * (signal_N**2).sum())
    # A unit that never changes has a scale of 0; the floor makes its correlation 0, not NaN.
    correlation_U = signal_N @ values_NU / np.maximum(scale_U, 1e-9)
    order: Sequence[int] = np.argsort(-np.abs(correlation_U), kind="stable")[:top].tolist()
    return tuple(Tracker(unit // width, unit % width, float(correlation_U[unit])) for unit in order)
