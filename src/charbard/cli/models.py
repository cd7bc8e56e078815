"""Finding the bundle that a user names."""

from pathlib import Path

__all__ = ["bundle_path", "shipped"]


def bundle_path(named: Path) -> Path:
    """A file itself, or the best bundle of a run's folder."""
    return named / "model.safetensors" if named.is_dir() else named


def shipped() -> list[Path]:
    """The bundles that come with the package.

    Raises:
        BundleError: This installation has none.
    """
    from importlib.resources import files

    from charbard.errors import BundleError

    folder = Path(str(files("charbard"))) / "models"
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        raise BundleError(
            "no model came with this installation",
            hint="name one: charbard serve runs/my; train it with: charbard train TEXT --minutes 2",
        )
    return sorted(found, key=lambda path: path.stem != "verse")
