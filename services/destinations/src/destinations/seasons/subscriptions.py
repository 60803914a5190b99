"""Registry's events → extensions: of who is erased no reason stays."""

from common.consuming.graduates import erasing
from destinations.seasons import storage

erase_extensions = erasing(storage.erase)
"""Empties the reasons of graduates who are erased, once the roster says so."""
