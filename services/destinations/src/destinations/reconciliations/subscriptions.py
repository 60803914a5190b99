"""Registry's events → reconciliations: of who is erased no row stays that came back."""

from common.consuming.graduates import erasing
from destinations.reconciliations import storage

erase_rows = erasing(storage.erase)
"""Empties rows about graduates who are erased, once the roster says so and their streams are locked."""
