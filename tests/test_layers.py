"""The architecture, as a test: imports point down."""

import ast
from pathlib import Path

import pytest

import charbard

SRC = Path(charbard.__file__).parent
LAYERS = (  # lowest first; a part may import itself and lower rows, never its row-mates
    ("errors",),
    ("config", "text", "files", "extras", "cores", "language"),
    ("vocab",),
    ("prosody", "bundle"),
    ("corpus",),
    ("runtime", "train"),
    ("writer",),
    ("report",),
    ("cli", "web"),
)
HEIGHT = {part: row for row, parts in enumerate(LAYERS) for part in parts}
# The package's own face and entry point, and what is allowed by name in docs/architecture.md.
EXEMPT = {"__init__.py", "__main__.py"}
ALLOWED = {
    ("report/perplexity.py", "train"),  # inside a function: dynamic evaluation needs torch
    ("cli/serve.py", "web"),  # inside a function: one door starts the other
}
MODULES = sorted(path for path in SRC.rglob("*.py") if str(path.relative_to(SRC)) not in EXEMPT)


def part_of(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imported_parts(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("charbard.")} & set(HEIGHT)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_point_down(path: Path) -> None:
    """A module imports only its own part and parts in lower rows."""
    here = part_of(path)

    for there in imported_parts(ast.parse(path.read_text(encoding="utf-8"))) - {here}:
        if (str(path.relative_to(SRC)), there) not in ALLOWED:
            assert HEIGHT[there] < HEIGHT[here], f"{here} may not import {there}"


@pytest.mark.parametrize("part", ["cli", "runtime", "writer", "report", "corpus"])
def test_torch_is_for_training_only(part: str) -> None:
    """Outside `train` no module imports torch but inside a function of the two doors to it."""
    allowed = {SRC / "cli" / "train.py"}

    for path in (SRC / part).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and path not in allowed:
                assert all(alias.name.split(".")[0] != "torch" for alias in node.names), path


def test_every_public_name_exists() -> None:
    """Each module's `__all__` names things that are there, without repeats."""
    from importlib import import_module

    for path in MODULES:
        name = ".".join(("charbard", *path.relative_to(SRC).with_suffix("").parts))
        if name.startswith("charbard.train"):
            pytest.importorskip("torch")
        module = import_module(name.removesuffix(".__init__"))
        public = getattr(module, "__all__", [])
        assert len(set(public)) == len(public), name
        assert all(hasattr(module, item) for item in public), name
