"""The studio: a page and an API over `writer`. Knows HTTP, not verse or a model's arithmetic."""

from charbard.studio.library import Library
from charbard.web.app import create_app

__all__ = ["Library", "create_app"]
