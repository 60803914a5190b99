"""Registry's events → tasks: of who is erased no text stays, and nothing is still to be done."""

from common.consuming.graduates import erasing
from destinations.tasks import storage

erase_tasks = erasing(storage.erase)
"""Empties the texts of graduates who are erased, once the roster says so and their streams are locked."""
