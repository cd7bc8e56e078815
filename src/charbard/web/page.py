"""Serve the page's files: minified, compressed once, with an ETag."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path

import brotli
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from charbard.web.errors import path_in_app

__all__ = ["Page"]

_INDEX = "index.html"
_TEXTS = (".html", ".js", ".css", ".json", ".svg", ".webmanifest")
_COMMENT = re.compile(r"^[ \t]*(/\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^[ \t\n]+", re.MULTILINE)
_LOOSE = re.compile(r" ?([{};]) | ([{}])|(?<=[a-z])(:) ")
"""Spaces in CSS that can be dropped; a space before a colon may be significant."""
_KINDS = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True)
class _File:
    """A file as it is sent, plain and compressed."""

    kind: str
    etag: str
    content: bytes
    encoded: dict[str, bytes]
    """Compressed content by encoding, the smallest first."""


class Page:
    """An ASGI app that serves the files of some folders.

    Args:
        folders: Pairs (package, folder in it); earlier folders take precedence.
    """

    def __init__(self, folders: Sequence[tuple[str, str]]) -> None:
        self._folders = [_folder(*place) for place in folders]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond with a file, or with 304 if the client has it already."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404)
        file = self._find(path_in_app(scope).strip("/") or _INDEX)
        headers = Headers(scope=scope)
        told = {"etag": file.etag, "cache-control": "no-cache", "vary": "accept-encoding"}
        if headers.get("if-none-match") == file.etag:
            await Response(status_code=304, headers=told)(scope, receive, send)
            return
        accepted = headers.get("accept-encoding", "")
        encoding = next((name for name in file.encoded if name in accepted), None)
        content = file.content
        if encoding is not None:
            content = file.encoded[encoding]
            told["content-encoding"] = encoding
        await Response(content, headers=told, media_type=file.kind)(scope, receive, send)

    def _find(self, name: str) -> _File:
        for folder in self._folders:
            path = (folder / name).resolve()
            if path.is_relative_to(folder) and path.is_file() and path.suffix != ".py":
                return _prepared(path, path.stat().st_mtime_ns)
        raise HTTPException(404)


def _folder(package: str, folder: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / folder).resolve()


@cache
def _prepared(path: Path, changed: int) -> _File:
    """Prepare a file. `changed` is its modification time, so the cache misses after an edit."""
    content = path.read_bytes()
    if path.suffix in _SHORTER:
        content = _SHORTER[path.suffix](content.decode()).encode()
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    encoded = {}
    if path.suffix in _TEXTS:
        encoded = {"br": brotli.compress(content), "gzip": gzip.compress(content, mtime=0)}
    kind = _KINDS.get(path.suffix) or guess_type(path.name)[0] or "application/octet-stream"
    return _File(kind, etag, content, encoded)


def _plain(text: str) -> str:
    """Strip comment lines and indentation from a script or style.

    >>> _plain("/** What it is. */\\nif (a) {\\n  // so\\n  b(); // why\\n}\\n")
    'if (a) {\\nb(); // why\\n}\\n'
    """
    return _INDENT.sub("", _COMMENT.sub("", text))


def _close(text: str) -> str:
    """Minify CSS: strip what `_plain` strips, and insignificant spaces.

    >>> _close("/* Red. */\\na:hover, b { color: red; top: 0; }\\n")
    'a:hover, b{color:red;top:0;}\\n'
    """
    return _LOOSE.sub(lambda found: found[1] or found[2] or found[3], _plain(text))


def _compact(text: str) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))


_SHORTER: Mapping[str, Callable[[str], str]] = {".js": _plain, ".css": _close, ".json": _compact}
