"""Registry's events → tip-offs: of who is erased nothing stays in what reporters have said further."""

from common.consuming.graduates import erasing
from destinations.tip_offs import storage

erase_tip_offs = erasing(storage.erase)
"""Empties messages of tip-offs about graduates who are erased, once the roster says so."""
