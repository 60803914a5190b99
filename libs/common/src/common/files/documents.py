"""PDFs that readers can open, judged by their ends; nothing of them is unpacked."""

import re

from common.files.pictures import picture_alone
from common.files.refusals import POINTER, unreadable

_TAIL = 1024
"""Readers look for the end of a PDF so far from that of the file (ISO 32000-1, annex H, note 18)."""

_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:[0-9]+\s+[0-9]+\s+R|<<)")
_START = re.compile(rb"startxref\s+([0-9]{1,10})\s+%%EOF")


def file_alone(content: bytes, pointer: str = POINTER) -> bytes:
    """A picture without its notes, a PDF as it is; raises FileRefused for what is broken, encrypted or huge.

    CPU work, for a thread. A PDF is broken where it has no end, or where its table of contents is said to stand behind
    that: a part is missing.
    """
    if b"%PDF-" not in content[:_TAIL]:
        return picture_alone(content, pointer)
    end = content.rstrip(b"\0 \t\r\n")[-_TAIL:]
    if b"%%EOF" not in end or any(int(start) >= len(content) for start in _START.findall(end)):
        raise unreadable("unreadable", pointer=pointer)
    if _ENCRYPTED.search(content):
        raise unreadable("encrypted", pointer=pointer)
    return content
