"""The architecture, as a test: imports point down."""

import ast
import re
from pathlib import Path

import pytest

import charbard

SRC = Path(charbard.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"
LAYERS = (  # lowest first; a part may import itself and lower rows, never its row-mates
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


@pytest.mark.parametrize("part", sorted(HEIGHT.keys() - {"train"}))
def test_torch_is_for_training_only(part: str) -> None:
    """Outside `train` only `cli/train.py` may import torch."""
    allowed = {SRC / "cli" / "train.py"}

    for path in (SRC / part).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and path not in allowed:
                assert all(alias.name.split(".")[0] != "torch" for alias in node.names), path


def test_every_part_has_a_row() -> None:
    """Every part has a row, so that the imports of a new part are checked, too."""
    assert {part_of(path) for path in MODULES} == set(HEIGHT)


@pytest.mark.parametrize("page", ["architecture.md", "contributing.md"])
def test_the_rows_are_those_of_the_docs(page: str) -> None:
    """Both pages show the table that is enforced, its highest row first."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", (DOCS / page).read_text("utf-8"), re.M)

    assert [int(number) for number, _ in rows] == list(range(len(LAYERS), 0, -1))
    found = [set(re.findall(r"`(\w+)`", parts)) for _, parts in rows]
    assert found == [set(parts) for parts in reversed(LAYERS)]


def test_the_table_of_files_is_complete() -> None:
    """Each module is named in docs/architecture.md, or lies in a folder that is named as a whole;
    and what is named exists."""
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
    """No modules import each other in a circle, not even within a part."""
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
    """Modules imported along with this one, not within functions and not for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set[str]()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & names


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


def test_the_rooms_of_the_writer_have_rows() -> None:
    """Shared modules of the writer import no others, and `text` and `verse` not each other."""
    rows = {"": 1, "inspect": 2, "text": 3, "verse": 3}
    for path in (SRC / "writer").rglob("*.py"):
        here = path.parent.name if path.parent != SRC / "writer" else ""
        if path.name in ("__init__.py", "loaded.py") or here == "data":
            continue
        for used in re.findall(r"charbard\.writer\.(\w+)", path.read_text("utf-8")):
            there = used if used in rows else ""
            if there != here and used != "data":
                assert rows[there] < rows[here], f"{path.name} may not import {used}"
