"""Check for optional packages without importing them, and name the command that installs them."""

from importlib.util import find_spec

from charbard.errors import MissingExtraError

__all__ = ["need"]


def need(purpose: str, *packages: str, extra: str) -> None:
    """Raise unless all packages can be imported.

    Args:
        purpose: What the packages are for; the message begins with this.
        packages: Names of top-level packages.
        extra: The extra of charbard that installs the packages.

    Raises:
        MissingExtraError: A package is not installed.

    >>> need("arithmetic", "math", extra="train")
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingExtraError(
                f"{purpose} needs {package}",
                code="extra.missing",
                values={"purpose": purpose, "package": package, "extra": extra},
                hint=f"install it with: pip install 'charbard[{extra}]'",
            )
