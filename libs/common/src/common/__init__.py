"""Shared library of the four services: no rule of the field, except code lists and contracts."""
