"""Migrations of the service."""
