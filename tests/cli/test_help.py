"""Help is complete and loads no numeric package."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from charbard.cli.app import app
from tests.cli.conftest import environment, finish, spawn


def _commands(app: typer.Typer, *above: str) -> Iterator[str]:
    """Yield every command of an app and of its sub-apps, as it is typed."""
    for group in app.registered_groups:
        assert group.typer_instance is not None
        assert group.name is not None
        yield from _commands(group.typer_instance, *above, group.name)
    for command in app.registered_commands:
        assert command.callback is not None
        yield " ".join([*above, command.name or command.callback.__name__])


COMMANDS = tuple(_commands(app))


def test_help_loads_neither_numpy_nor_torch() -> None:
    """`--help` imports only the command line and the settings, nothing numeric."""
    code = (
        "import sys; sys.argv = ['charbard', '--help']\n"
        "from charbard.cli.app import main\n"
        "try: main()\n"
        "finally: print(*sorted({'numpy', 'torch', 'safetensors', 'opencc', 'matplotlib'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True
    )

    assert "Usage" in done.stdout
    assert done.stderr.strip() == ""


def test_help_names_every_command(call) -> None:
    """`charbard --help` lists the commands on stdout and exits with code 0."""
    done = call("--help")

    assert done.code == 0
    assert all(command.split()[0] in done.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_by_an_example(call, command: str) -> None:
    """The help of each command includes an example of that command."""
    done = call(*command.split(), "--help")

    assert done.code == 0
    assert f"Example: charbard {command}" in done.out


def test_defaults_in_help_are_the_declared_ones(call) -> None:
    """The help of `train` shows the defaults and descriptions that the settings declare."""
    shown = " ".join(call("train", "--help").out.split())

    assert "Recurrent cell. [default: (lstm)]" in shown
    assert "Width of each recurrent layer. [default: (512)]" in shown


def test_as_a_module_and_its_version() -> None:
    """`python -m charbard --version` prints the program's name and version."""
    done = finish(spawn("--version"))

    assert done.code == 0
    assert done.out.startswith("charbard ")


@pytest.mark.parametrize(
    "args",
    [["trane"], ["train", "--minuts", "3"], ["write"], ["train", "x", "--minutes", "long"]],
    ids=["command", "option", "argument", "number"],
)
def test_wrong_usage_is_exit_code_2(call, args: list[str]) -> None:
    """An invalid command line prints the usage on stderr and exits with code 2."""
    done = call(*args)

    assert done.code == 2
    assert done.out == ""
    assert "Usage: charbard" in done.err
