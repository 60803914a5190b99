"""Spreadsheets as kinds of files."""

from common.files import MAX_FILE, FileKind, Files, unreadable
from common.files.formats import ZIPPED, format_of

_OPEN_XML = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OLD_WORKBOOKS = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08")
"""A compound document, or its one stream by itself."""

XLSX = FileKind("xlsx", ".xlsx", _OPEN_XML, lambda content: content.startswith(ZIPPED))
"""A workbook of today, or another zipped file."""

SPREADSHEETS = Files(
    (
        XLSX,
        FileKind("xls", ".xls", "application/vnd.ms-excel", lambda content: content.startswith(_OLD_WORKBOOKS)),
        FileKind("csv", ".csv", "text/csv", lambda content: format_of(content) is None),
    ),
    at_most=MAX_FILE,
    refuse=lambda formats, pointer: unreadable("file_type", formats, pointer),
)
"""Tables that people made. Whether a file can be read, the process that reads it finds out (`common.sheet_reader`)."""
