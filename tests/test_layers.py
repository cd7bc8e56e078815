"""The package is layered: each part imports only itself and parts in lower layers."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import charbard

SRC = Path(charbard.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
LAYERS = (  # lowest first; a part may import itself and lower rows, never others of its row
    ("errors",),
    ("config", "text", "files", "extras", "cores", "rounded", "language", "tables"),
    ("vocab",),
    ("corpus", "prosody", "bundle"),
    ("corpora", "novelty"),
    ("runtime", "train"),
    ("writer",),
    ("report", "studio"),
    ("cli", "web"),
)
HEIGHT = {part: row for row, parts in enumerate(LAYERS) for part in parts}
# The package's interface and entry point, and the exceptions listed in docs/architecture.md.
EXEMPT = {"__init__.py", "__main__.py"}
ALLOWED = {
    ("report/perplexity.py", "train"),  # inside a function: dynamic evaluation needs torch
    ("cli/serve.py", "web"),  # inside a function: the command line starts the server
}
MODULES = sorted(path for path in SRC.rglob("*.py") if str(path.relative_to(SRC)) not in EXEMPT)


def part_of(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the dotted names of imported modules, and of everything imported from them."""
    names = set[str]()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def imported_parts(tree: ast.AST) -> set[str]:
    names = imported(ast.walk(tree))
    return {name.split(".")[1] for name in names if name.startswith("charbard.")} & set(HEIGHT)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SRC)))
def test_imports_point_down(path: Path) -> None:
    """A module imports only its own part and parts in lower rows."""
    here = part_of(path)

    for there in imported_parts(ast.parse(path.read_text(encoding="utf-8"))) - {here}:
        if (str(path.relative_to(SRC)), there) not in ALLOWED:
            assert HEIGHT[there] < HEIGHT[here], f"{here} may not import {there}"


def test_torch_is_for_training_only() -> None:
    """Outside `train`, no module imports torch, not even inside a function."""
    for path in MODULES:
        if part_of(path) != "train":
            names = imported(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            assert "torch" not in {name.split(".")[0] for name in names}, path


def test_every_part_has_a_row() -> None:
    """Every part of the package has a row in `LAYERS`, so that its imports are checked."""
    assert {part_of(path) for path in MODULES} == set(HEIGHT)


@pytest.mark.parametrize("page", ["architecture.md", "contributing.md"])
def test_the_rows_are_those_of_the_docs(page: str) -> None:
    """The pages on architecture and on contributing show the rows of `LAYERS`, highest first."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", (DOCS / page).read_text("utf-8"), re.M)

    assert [int(number) for number, _ in rows] == list(range(len(LAYERS), 0, -1))
    found = [set(re.findall(r"`(\w+)`", parts)) for _, parts in rows]
    assert found == [set(parts) for parts in reversed(LAYERS)]


def test_the_table_of_files_is_complete() -> None:
    """docs/architecture.md names every module or its whole folder, and only files that exist."""
    text = (DOCS / "architecture.md").read_text("utf-8")
    table = text[text.index("| file | what it does |") : text.index("## Rules")]
    named = set[str]()
    for row in re.findall(r"^\| `.+$", table, re.M):
        folder = ""
        for name in re.findall(r"`([\w/]+(?:\.py|/))`", row):
            whole = name if (SRC / name).exists() else folder + name
            folder = folder or whole[: whole.rfind("/") + 1]
            named.add(whole)
    folders = {name for name in named if name.endswith("/")}
    modules = {str(path.relative_to(SRC)) for path in MODULES if path.name != "__init__.py"}

    assert sorted(name for name in named if not (SRC / name).exists()) == []
    unnamed = (name for name in modules - named if not name.startswith(tuple(folders)))
    assert sorted(name for name in unnamed if "/" in name) == []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    """No modules import each other in a cycle, not even within a part."""
    names = {
        ".".join(("charbard", *path.relative_to(SRC).with_suffix("").parts)): path
        for path in MODULES
    }
    uses = {name: _modules_used(path, set(names)) - {name} for name, path in names.items()}
    state: dict[str, str] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) != "open", " -> ".join((*trail, name))
        if state.get(name) == "done":
            return
        state[name] = "open"
        for other in sorted(uses[name]):
            visit(other, (*trail, name))
        state[name] = "done"

    for name in sorted(uses):
        visit(name, ())


def _modules_used(path: Path, names: set[str]) -> set[str]:
    """Return which of `names` a module imports, outside functions and conditional blocks."""
    return imported(ast.parse(path.read_text(encoding="utf-8")).body) & names


def test_every_public_name_exists() -> None:
    """Every name in a module's `__all__` exists and is listed only once."""
    from importlib import import_module

    for path in MODULES:
        name = ".".join(("charbard", *path.relative_to(SRC).with_suffix("").parts))
        if name.startswith("charbard.train"):
            pytest.importorskip("torch")
        module = import_module(name.removesuffix(".__init__"))
        public = getattr(module, "__all__", [])
        assert len(set(public)) == len(public), name
        assert all(hasattr(module, item) for item in public), name


def test_the_rooms_of_the_writer_have_rows() -> None:
    """In `charbard.writer`, shared modules import no subpackage.

    `inspect` imports only shared modules, and `text` and `verse` do not import each other.
    """
    rows = {"": 1, "inspect": 2, "text": 3, "verse": 3}
    for path in (SRC / "writer").rglob("*.py"):
        here = path.parent.name if path.parent != SRC / "writer" else ""
        if path.name in ("__init__.py", "loaded.py") or here == "data":
            continue
        for used in re.findall(r"charbard\.writer\.(\w+)", path.read_text("utf-8")):
            there = used if used in rows else ""
            if there != here and used != "data":
                assert rows[there] < rows[here], f"{path.name} may not import {used}"
