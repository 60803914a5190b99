"""SQL about outside data."""

from destinations.outside.storage.authorisations import add, find, get, page

__all__ = ["add", "find", "get", "page"]
