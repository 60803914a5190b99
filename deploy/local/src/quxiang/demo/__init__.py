"""Demo data: two schools and a season of changes, entered over HTTP as a school would enter them.

Everything is invented: citizen ids of a region that does not exist, phone numbers that no network assigns.
"""
