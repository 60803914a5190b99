"""SQL about reconciliations: `reconciliations` and their `items`, `rotation` and `ending` of what these seal."""

from destinations.reconciliations.storage.ending import end, past
from destinations.reconciliations.storage.items import (
    Found,
    decide,
    erase,
    filed_rows,
    item,
    keep_items,
    of_graduate,
    page_of_items,
)
from destinations.reconciliations.storage.reconciliations import Filters, add, compared, find, lock, page, under_way

__all__ = [
    "Filters",
    "Found",
    "add",
    "compared",
    "decide",
    "end",
    "erase",
    "filed_rows",
    "find",
    "item",
    "keep_items",
    "lock",
    "of_graduate",
    "page",
    "page_of_items",
    "past",
    "under_way",
]
