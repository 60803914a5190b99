"""Histories: the versions of a registration, and what differs between two of them."""
