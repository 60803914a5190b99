"""Reports and their waiting in SQL."""

from destinations.monitoring.storage.counting import checked, counted
from destinations.monitoring.storage.making import (
    add_due,
    add_free,
    make,
    next_of_stream,
    publish,
    seasons_of,
    wait_for,
)
from destinations.monitoring.storage.reports import Filters, find, next_made, next_pending, page
from destinations.monitoring.storage.writers import earlier_writer

__all__ = [
    "Filters",
    "add_due",
    "add_free",
    "checked",
    "counted",
    "earlier_writer",
    "find",
    "make",
    "next_made",
    "next_of_stream",
    "next_pending",
    "page",
    "publish",
    "seasons_of",
    "wait_for",
]
