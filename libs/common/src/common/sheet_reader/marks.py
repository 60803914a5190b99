"""What files of ours put before a text."""

FORMULA = "'\u200b"
"""Before a formula that a report of faulty rows shows: one that comes again is a formula all the same, and no text."""
