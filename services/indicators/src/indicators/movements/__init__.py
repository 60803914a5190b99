"""Whose class or code changed between two days: the persons behind transitions, for those who look after them."""
