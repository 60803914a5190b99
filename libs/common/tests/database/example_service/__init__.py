"""Smallest service that can be migrated."""
