"""The studio: a web page and an HTTP API over `writer`, independent of verse and networks."""

from charbard.studio.library import Library
from charbard.web.app import create_app

__all__ = ["Library", "create_app"]
