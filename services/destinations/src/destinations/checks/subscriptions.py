"""Registry's events → checks: of who is erased no note stays."""

from common.consuming.graduates import erasing
from destinations.checks.storage.erasing import erase

erase_checks = erasing(erase)
"""Empties the notes about graduates who are erased, once the roster says so."""
