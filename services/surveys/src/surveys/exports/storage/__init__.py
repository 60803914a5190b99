"""Exports in SQL: requests for them, and the answers that they have."""
