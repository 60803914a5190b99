"""Denominator rules, dimensions with their values, and the names of these."""
