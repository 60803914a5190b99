"""Registry's events → support plans: of who is erased none stays."""

from common.consuming.graduates import erasing
from destinations.support import storage

erase_plans = erasing(storage.erase)
"""Deletes the plans of graduates who are erased, once the roster says so."""
