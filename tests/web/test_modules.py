"""The page's JavaScript modules: unit tests under Node, and rules for imports."""

import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

STATIC = Path(str(files("charbard.web") / "static"))
NODE = shutil.which("node")
ROOMS = {"core": {"core"}, "parts": {"core", "parts"}, "views": {"core", "parts"}}
"""Folders that a folder's modules may import; a view also imports modules with its own prefix."""
_IMPORT = re.compile(r"(?:from|import\()\s*[\"'`](\.[^\"'`]+)[\"'`]")
MODULES = sorted((STATIC / "js").rglob("*.js"))
UNITS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.mark.skipif(NODE is None, reason="node is not installed, so the page's units go untested")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name.removesuffix(".test.mjs"))
def test_units(unit: Path) -> None:
    """Each file of unit tests passes under Node's test runner."""
    done = subprocess.run(
        [str(NODE), "--test", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass [1-9]", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(STATIC)))
def test_modules_stay_in_their_rooms(path: Path) -> None:
    """`core` imports no other folder, `parts` imports no view, and no view imports another view."""
    room = path.relative_to(STATIC / "js").parts[0]
    if room not in ROOMS:
        return
    for found in _IMPORT.findall(path.read_text(encoding="utf-8")):
        there = (path.parent / found).resolve()
        assert there.is_file(), found
        own = there.parent == path.parent and there.stem.startswith(path.stem.partition("-")[0])
        assert there.parent.name in ROOMS[room] or own, found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(STATIC)))
def test_core_draws_nothing(path: Path) -> None:
    """No module in `core` touches the document, except the element builder `dom.js`."""
    if path.parent.name == "core" and path.name != "dom.js":
        assert "document." not in path.read_text(encoding="utf-8")


@pytest.mark.skipif(NODE is None, reason="node is not installed, so nothing else reads JavaScript")
def test_modules_are_whole_when_they_are_sent(running, tmp_path) -> None:
    """Each module still parses after the server strips its comments and indentation."""
    with running.client() as client:
        for path in MODULES:
            name = path.relative_to(STATIC).as_posix()
            sent = tmp_path / f"{name.replace('/', '-')[:-3]}.mjs"
            sent.write_text(client.get(f"/{name}").text, encoding="utf-8")
    done = [
        subprocess.run(
            [str(NODE), "--check", str(one)], capture_output=True, text=True, check=False
        )
        for one in tmp_path.iterdir()
    ]

    assert len(done) == len(MODULES)
    assert [one.stderr for one in done if one.returncode] == []
