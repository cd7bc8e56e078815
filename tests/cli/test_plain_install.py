"""Without the optional packages, writing works and other commands say what to install."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Done, environment


def without(packages: str, code: str) -> Done:
    """Run Python code in a process that cannot import these packages."""
    block = f"import sys; [sys.modules.__setitem__(p, None) for p in {packages.split()}]\n"
    done = subprocess.run(
        [sys.executable, "-c", block + code],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def command(*args: object) -> str:
    words = ["charbard", *map(str, args)]
    return f"from charbard.cli.app import main; sys.argv = {words!r}; main()"


def test_writing_needs_no_torch(trained) -> None:
    """The plain package writes text without torch or matplotlib."""
    done = without("torch matplotlib", command("write", trained, "-n", 20, "--seed", 1))

    assert done.code == 0
    assert len(done.out) == 21


@pytest.mark.parametrize("missing", ["torch", "matplotlib"])
def test_training_says_what_to_install(call, owl, tmp_path, monkeypatch, missing: str) -> None:
    """A missing package is reported before any work is done, with the command that installs it."""
    monkeypatch.setitem(sys.modules, missing, None)
    done = call("train", owl, "--steps", 2, "--out", tmp_path / "run")

    assert done.code == 1
    assert done.err == (
        f"Error: training needs {missing}\nHint: install it with: pip install 'charbard[train]'\n"
    )
    assert not (tmp_path / "run").exists()


def test_dynamic_evaluation_says_what_to_install(call, trained, owl, monkeypatch) -> None:
    """Protocol B runs without torch; protocol C reports that it needs torch."""
    monkeypatch.setitem(sys.modules, "torch", None)
    done = call("eval", trained, owl, "--protocol", "BC")

    assert done.code == 1
    assert done.out.startswith("B  ")
    assert "Error: protocol C needs torch\n" in done.err


def test_from_python_it_is_the_same_error(monkeypatch) -> None:
    """Without torch, `charbard.fit` raises `MissingExtraError`, not an ImportError."""
    import charbard
    from charbard.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match="training needs torch"):
        charbard.fit("x.txt", out="run", steps=1)
