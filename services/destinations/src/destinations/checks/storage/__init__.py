"""SQL about checks: `entries` of the ledger, `contents` that they are compared with, `copies` of what is held about one
graduate, `erasing` of texts.
"""

from destinations.checks.storage.copies import of_graduate

__all__ = ["of_graduate"]
