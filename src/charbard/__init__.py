"""charbard (吟游): character-level RNNs that write.

>>> import charbard
>>> sorted(charbard.__all__)
['Bundle', 'SampleOptions', 'TextOrder', 'Writer', '__version__', 'fit', 'load']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charbard.bundle import Bundle
    from charbard.config import SampleOptions, TextOrder
    from charbard.train.api import fit
    from charbard.writer import Writer

    load = Writer.open

__all__ = ["Bundle", "SampleOptions", "TextOrder", "Writer", "__version__", "fit", "load"]

_WHERE = {
    "Bundle": "charbard.bundle",
    "SampleOptions": "charbard.config",
    "TextOrder": "charbard.config",
    "Writer": "charbard.writer",
    "fit": "charbard.train.api",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: `import charbard` loads neither NumPy nor torch."""
    if name == "__version__":
        return import_module("importlib.metadata").version("charbard")
    if name == "load":
        return __getattr__("Writer").open
    if name == "fit":
        import_module("charbard.extras").need("training", "torch", "matplotlib", extra="train")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'charbard' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
