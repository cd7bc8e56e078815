"""charbard (吟游): character-level RNNs that write.

>>> import charbard
>>> poems = charbard.verse("七绝", theme="秋夜", seed=7, candidates=2)
>>> len(poems), len(poems[0].lines), poems[0].seed
(2, 4, 7)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charbard.bundle import Bundle
    from charbard.config import SampleOptions, TextOrder, VerseOrder
    from charbard.train.api import fit
    from charbard.writer import Poem, VerseWriter, Writer
    from charbard.writer.loaded import LoadedModel, couplet, names, verse

    load = LoadedModel.open

__all__ = [
    "Bundle",
    "LoadedModel",
    "Poem",
    "SampleOptions",
    "TextOrder",
    "VerseOrder",
    "VerseWriter",
    "Writer",
    "__version__",
    "couplet",
    "fit",
    "load",
    "names",
    "verse",
]

_WHERE = {
    "Bundle": "charbard.bundle",
    "LoadedModel": "charbard.writer.loaded",
    "Poem": "charbard.writer",
    "SampleOptions": "charbard.config",
    "TextOrder": "charbard.config",
    "VerseOrder": "charbard.config",
    "VerseWriter": "charbard.writer",
    "Writer": "charbard.writer",
    "couplet": "charbard.writer.loaded",
    "fit": "charbard.train.api",
    "names": "charbard.writer.loaded",
    "verse": "charbard.writer.loaded",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so `import charbard` loads neither NumPy nor torch."""
    if name == "__version__":
        return import_module("importlib.metadata").version("charbard")
    if name == "load":
        return __getattr__("LoadedModel").open
    if name == "fit":
        import_module("charbard.extras").need("training", "torch", "matplotlib", extra="train")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'charbard' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
