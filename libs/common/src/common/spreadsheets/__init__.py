"""Spreadsheets that people made: reading their files safely, what their cells mean, and writing workbooks."""

from common.spreadsheets.kinds import kind_of, unreadable
from common.spreadsheets.reading import Row, Sheet, portions, read
from common.spreadsheets.writing import safe_text, write_workbook

__all__ = ["Row", "Sheet", "kind_of", "portions", "read", "safe_text", "unreadable", "write_workbook"]
