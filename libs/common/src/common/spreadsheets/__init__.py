"""Spreadsheets that people made: reading their files safely, what their cells mean, and writing workbooks."""

from common.spreadsheets.kinds import SPREADSHEETS, XLSX
from common.spreadsheets.reading import NumberedRow, UpperRows, blocks_of, unpacked
from common.spreadsheets.writing import safe_text, write_workbook

__all__ = ["SPREADSHEETS", "XLSX", "NumberedRow", "UpperRows", "blocks_of", "safe_text", "unpacked", "write_workbook"]
