"""Registry's events → facts: of who is erased no value stays."""

from common.consuming.graduates import erasing
from destinations.outside import storage

erase_facts = erasing(storage.erase)
"""Empties what sources say of graduates who are erased, once the roster says so and their streams are locked."""
