"""Graduates (毕业生) of a school's cohorts: their roster entries, identity and history."""
