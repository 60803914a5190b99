"""Registry's events → cases: nothing that was said of a case stays once a person whom it links is erased."""

from common.consuming.graduates import erasing
from destinations.cases import storage

erase_notes = erasing(storage.erase)
"""Empties the notes of cases about graduates who are erased, once the roster says so."""
