"""SQL about reconciliations: `reconciliations` themselves, their `items`, and `rotation` of what these seal."""

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
    "erase",
    "filed_rows",
    "find",
    "item",
    "keep_items",
    "lock",
    "of_graduate",
    "page",
    "page_of_items",
    "under_way",
]
