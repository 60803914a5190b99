"""Registry's events → evidence: of who is erased no text stays, and no file past its day."""

from common.consuming.graduates import erasing
from destinations.evidence import storage

erase_evidence = erasing(storage.erase)
"""Empties the texts of evidence of graduates who are erased, once the roster says so."""
