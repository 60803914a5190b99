"""Requests to erase a graduate, which two people decide, and the act that erases on the day."""
