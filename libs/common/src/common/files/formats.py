"""As what formats programs would read a file, by its content: names come in many spellings, and endings may lie."""

from collections.abc import Mapping, Sequence

MARKS: Mapping[bytes, str] = {
    b"\x09\x00\x04\x00": "Excel 2.0",
    b"\x09\x02\x06\x00": "Excel 3.0",
    b"\x09\x04\x06\x00": "Excel 4.0",
    b"\x03": "dBase",
    b"%PDF": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"{\\rtf": "RTF",
    b"<": "HTML/XML",
    b"mime-version:": "MHTML",
    b"\x7fELF": "ELF",
}
"""How files begin, after white space, in small letters if letters begin them: their formats."""

PROGRAM = "EXE"
ZIPPED = (b"PK\x03\x04", b"PK\x05\x06")

_BEGINNING = 64
_PDF_WITHIN = 1024
"""Readers of PDF look for its beginning so far into a file (ISO 32000-1, annex H, note 13)."""

_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_ZIP_COMMENT = 65_535
"""A ZIP file is found by its end, before which anything may stand; only a comment may follow it."""


def format_of(content: bytes) -> str | None:
    """The format that a file begins as; None for a text and for what is not known."""
    start = content[:_BEGINNING].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) and not content.startswith(b"\xff\xd8"):
        start = start[2:].replace(b"\0", b"").lstrip()
    # letters alone may be the first header of a table
    if content.startswith(b"MZ") and b"\0" in content[:_BEGINNING]:
        return PROGRAM
    return next(
        (name for mark, name in MARKS.items() if content.startswith(mark) or start.lower().startswith(mark)), None
    )


def formats_of(content: bytes) -> Sequence[str]:
    """Every format that some program would read the file as: what it begins as, and where it hides a PDF or a ZIP."""
    first = "ZIP" if content.startswith(ZIPPED) else format_of(content)
    found = [first] if first else []
    if b"%PDF-" in content[:_PDF_WITHIN]:
        found.append("PDF")
    if _ends_as_zip(content):
        found.append("ZIP")
    return list(dict.fromkeys(found))


def _ends_as_zip(content: bytes) -> bool:
    tail = content[-_ZIP_END_BYTES - _ZIP_COMMENT :]
    at = tail.rfind(_ZIP_END)
    while at >= 0:
        end = at + _ZIP_END_BYTES
        if end <= len(tail) and end + int.from_bytes(tail[end - 2 : end], "little") == len(tail):
            return True
        at = tail.rfind(_ZIP_END, 0, at)
    return False
