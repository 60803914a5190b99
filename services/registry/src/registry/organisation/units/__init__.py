"""Colleges, majors and classes over HTTP."""
