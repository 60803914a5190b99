"""Tracking surveys of graduates."""
