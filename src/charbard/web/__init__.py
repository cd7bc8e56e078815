"""The studio: a page and an API over `writer`. Knows HTTP, no verse and no arithmetic of models."""

from charbard.web.app import create_app
from charbard.web.library import Library

__all__ = ["Library", "create_app"]
