"""The documentation works: blocks run, links resolve, and generated pages are up to date."""

import contextlib
import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ONE_THREAD
from tests.pages import PAGES, ROOT, Block, anchors_of, blocks_of, commands_of, links_of

OTHER_PROGRAMS = {".", "cd", "curl", "export", "git", "python3", "rsync", "tensorboard"}
TRANSLATED = [page for page in PAGES if page.name.endswith(".zh.md")]


def original(page: Path) -> Path:
    return page.with_name(page.name.replace(".zh.md", ".md"))


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [p for p in PAGES if p not in TRANSLATED], ids=name_of)
def test_every_block_runs(page: Path, programs: Path, tmp_path: Path, monkeypatch) -> None:
    """The blocks of a page run in order, in one folder and namespace, and print what is shown."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name, value in ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    names: dict[str, object] = {"__name__": "__main__"}
    printed = ""

    for block in blocks_of(page):
        if block.kind == "output":
            assert printed.rstrip() == block.code.rstrip(), f"{page.name}, line {block.line}"
        elif block.runs and block.kind == "python":
            printed = run_python(page, block, names)
        elif block.runs and block.kind == "sh":
            printed = run_shell(page, block)
        elif block.kind == "toml":
            tomllib.loads(block.code)


def run_python(page: Path, block: Block, names: dict[str, object]) -> str:
    """Run a block so that tracebacks have the page's own line numbers."""
    printed = io.StringIO()
    code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, names)
    return printed.getvalue()


def run_shell(page: Path, block: Block) -> str:
    done = subprocess.run(
        ["sh", "-e", "-c", block.code], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, f"{page.name}, line {block.line}:\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_does_not_run_here_is_still_right(page: Path) -> None:
    """Commands that are shown but not run use existing options with allowed values."""
    for block in blocks_of(page):
        if block.kind == "sh" and not block.runs:
            for words in commands_of(block.code):
                check_command(words)
        elif block.kind == "python" and not block.runs:
            compile(block.code, str(page), "exec")


def check_command(words: list[str]) -> None:
    program, arguments = words[0], words[1:]
    if program == "charbard":
        check_charbard(arguments)
    elif program == "torchrun":
        check_torchrun(arguments)
    elif program == "make":
        check_make(arguments)
    elif program == "pip":
        check_pip(arguments)
    else:
        assert program in OTHER_PROGRAMS, f"no check for {' '.join(words)!r}"


def check_charbard(arguments: list[str]) -> None:
    """Parse the arguments as the program does, without running anything."""
    from typer.main import get_command

    from charbard.cli.app import app

    command, name, parent = get_command(app), "charbard", None
    while hasattr(command, "commands"):
        parent = command.make_context(name, [], parent=parent, resilient_parsing=True)
        name, command, arguments = command.resolve_command(parent, arguments)  # type: ignore[attr-defined]
    assert command is not None
    found = command.make_context(name, list(arguments), parent=parent)
    check_settings(found.params.get("set_") or ())


def check_settings(assignments: tuple[str, ...]) -> None:
    from charbard.cli.options import parse_assignments
    from charbard.config import CorpusConfig, ModelConfig, TrainConfig

    known = {n for config in (CorpusConfig, ModelConfig, TrainConfig) for n in vars_of(config)}
    assert set(parse_assignments(assignments)) <= known


def vars_of(config: type) -> set[str]:
    return set(config.__dataclass_fields__)  # type: ignore[attr-defined]


def check_torchrun(arguments: list[str]) -> None:
    run = pytest.importorskip("torch.distributed.run")
    found = run.get_args_parser().parse_args(arguments)
    assert found.module
    assert found.training_script == "charbard"
    check_charbard(found.training_script_args)


def check_make(arguments: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for argument in arguments:
        name, is_variable, _ = argument.partition("=")
        known = rf"\$\({name}\)" if is_variable else rf"^{name}:"
        assert re.search(known, makefile, re.MULTILINE), f"make knows no {argument!r}"


def check_pip(arguments: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extras in re.findall(r"(?:charbard|\.)\[([\w,]+)\]", " ".join(arguments)):
        assert set(extras.split(",")) <= set(project["optional-dependencies"])


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Every link leads to an existing file and, after #, to an existing heading."""
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} points to {link}"
        if anchor:
            assert anchor in anchors_of(target), f"{page.name} points to {link}"


@pytest.mark.parametrize("page", TRANSLATED, ids=name_of)
def test_a_translation_has_the_same_blocks(page: Path) -> None:
    """A translated page has the same blocks as its original; only plain text may differ."""

    def commands(page: Path) -> list[tuple[str, bool, str]]:
        return [(b.kind, b.runs, b.code) for b in blocks_of(page) if b.kind != "text"]

    assert commands(page) == commands(original(page))


def test_every_page_is_in_the_index() -> None:
    """The index names every page of docs/."""
    listed = {link.partition("#")[0] for link in links_of(ROOT / "docs" / "index.md")}

    assert {page.name for page in (ROOT / "docs").glob("*.md")} <= listed | {"index.md"}


@pytest.mark.parametrize("script", ["write_options.py", "write_commands.py"])
def test_generated_pages_are_up_to_date(script: str) -> None:
    """The generated pages of options and commands match the code."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / script), "--check"], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
