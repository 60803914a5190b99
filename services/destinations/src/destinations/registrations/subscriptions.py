"""Registry's events → registrations: of who is erased nothing stays but codes and days."""

from common.consuming.graduates import erasing
from destinations.registrations import storage

erase_registrations = erasing(storage.erase)
"""Empties the registrations of graduates who are erased, once the roster says so."""
