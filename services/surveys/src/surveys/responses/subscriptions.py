"""Registry's events → responses: of who is erased nothing stays of what was answered."""

from common.consuming.graduates import erasing
from surveys.responses import storage

erase_answers = erasing(storage.erase_answers)
"""Destroys answers and links of graduates who are erased, once the roster says so."""
