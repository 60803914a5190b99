"""Files that people send: which kinds a route takes, and how large they may be."""

from common.files.kinds import JPEG, MAX_FILE, MB, PDF, PNG, ZIP, FileKind, Files
from common.files.refusals import FileRefused, unreadable

__all__ = ["JPEG", "MAX_FILE", "MB", "PDF", "PNG", "ZIP", "FileKind", "FileRefused", "Files", "unreadable"]
