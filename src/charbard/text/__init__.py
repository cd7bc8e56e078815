"""From bytes to normalised text: encodings, line ends, Unicode form, variants of a character.

The text is not interpreted here: records, verse and vocabularies belong to other packages.
"""

from charbard.text.decode import Reading, check_encoding, pieces, read_as
from charbard.text.detect import detect_encoding
from charbard.text.normal import graphemes, normalise, variants

__all__ = [
    "Reading",
    "check_encoding",
    "detect_encoding",
    "graphemes",
    "normalise",
    "pieces",
    "read_as",
    "variants",
]
