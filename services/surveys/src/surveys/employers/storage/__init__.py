"""Employers in SQL."""

from surveys.employers.storage.directory import add, employer_of, find, lock, page, save

__all__ = ["add", "employer_of", "find", "lock", "page", "save"]
