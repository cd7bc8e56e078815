"""Build a named corpus: find or fetch its sources, clean them, and write the result to the cache.

A built corpus is a folder whose name contains a digest of all inputs, and a small file that names
the current folder. Both are written atomically.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from hashlib import file_digest, sha256
from pathlib import Path

from charbard.corpora.fetch import Unavailable
from charbard.corpora.finding import find_sources
from charbard.corpora.recipes import RECIPES, Materials, Recipe
from charbard.corpus.heldout import read_list
from charbard.corpus.registry import BuiltCorpus, built, corpora_folder, named, pointer, required
from charbard.errors import CorpusError
from charbard.files import write_atomically, write_folder_atomically

__all__ = ["build"]

Say = Callable[[str], None]


def build(
    name: str,
    *,
    sources: Sequence[Path] = (),
    exclude_lines: Path | None = None,
    say: Say = lambda message: None,
) -> BuiltCorpus:
    """Build a corpus, fetching its sources; do nothing if it is up to date.

    Args:
        name: One of `CORPORA`.
        sources: Archives, unpacked packages and clones to use instead of fetching.
        exclude_lines: File of line digests to hold out in addition to the package's own list.
        say: Called with progress messages.

    Returns:
        The corpus. If its last source cannot be fetched, the smaller corpus without that source is
        built and returned instead, if there is one.

    Raises:
        CorpusError: The name is unknown, or a source is missing, damaged or has another version.
        SaveError: The cache cannot be written.
    """
    corpus = named(name)
    recipe = RECIPES[name]
    if exclude_lines is not None and not recipe.excludes:
        raise CorpusError(
            f"the corpus {name!r} has no lines to exclude",
            code="exclude.corpus",
            values={"corpus": name},
            hint="use ⟪exclude_lines⟫ with charbard train instead",
        )
    needs = [build(other, say=say) for other in recipe.needs]
    digest = _digest(name, recipe, exclude_lines, needs)
    found = built(name)
    if found is not None and found.about["recipe"] == digest:
        say(f"{name} is built already: {found.path}")
        return found
    try:
        places = find_sources(recipe.sources, sources, say)
    except Unavailable as reason:
        if not corpus.without or reason.source is not recipe.sources[-1]:
            raise
        say(reason.message)
        say(f"building {corpus.without!r} instead, which does without it")
        return build(corpus.without, sources=sources, exclude_lines=exclude_lines, say=say)
    folder = corpora_folder() / f"{name}.{digest}"

    def fill(place: Path) -> None:
        materials = Materials(
            places, place / corpus.file, [other.path for other in needs], exclude_lines, say
        )
        _fill(place, name, materials, digest)

    write_folder_atomically(folder, fill)
    write_atomically(pointer(name), folder.name.encode())
    root = corpora_folder()
    for old in (*root.glob(f"{name}.*"), *root.glob(f"{name}-{'[0-9a-f]' * 16}")):
        if old.name != folder.name and old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
    return required(name)


def _digest(
    name: str, recipe: Recipe, exclude_lines: Path | None, needs: Sequence[BuiltCorpus]
) -> str:
    """Return a digest of all inputs of a build."""
    hasher = sha256(f"{name} {recipe.revision}".encode())
    for source in recipe.sources:
        hasher.update(source.sha256.encode())
    for other in needs:
        hasher.update(other.about["recipe"].encode())
    if exclude_lines is not None:
        hasher.update(read_list(exclude_lines).tobytes())
    return hasher.hexdigest()[:16]


def _fill(place: Path, name: str, materials: Materials, recipe_digest: str) -> None:
    """Build the corpus file, and write its sources, digests and counts to `about.json` beside
    it."""
    recipe = RECIPES[name]
    counts = recipe.build(materials)
    with materials.target.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    about = {
        "name": name,
        "recipe": recipe_digest,
        "sources": [
            {
                "package": one.label,
                "licence": one.licence,
                "origin": one.origin,
                "sha256": one.sha256,
            }
            for one in recipe.sources
        ],
        "bytes": materials.target.stat().st_size,
        "sha256": digest,
        **counts,
    }
    (place / "about.json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8"
    )
