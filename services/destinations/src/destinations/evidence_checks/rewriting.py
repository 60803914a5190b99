"""A PDF written anew: its pages as they are seen, and nothing of who made it. CPU work of the limited process only."""

import io
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, StreamObject

from common.files import MAX_FILE
from common.files.pictures import picture_alone
from destinations.evidence_checks.findings import Fault, Finding
from destinations.evidence_checks.looking import looked_into

_DROPPED = ("/Metadata", "/PieceInfo", "/LastModified", "/Annots", "/AA", "/Thumb", "/AF", "/B", "/OPI", "/Measure")
"""Of a page and what stands on it: texts about the file, notes and their authors, what it was made with."""


def rewritten(content: bytes) -> Finding:
    """What is wrong with a file, or what is kept of it: pixels alone, and pages alone."""
    finding = looked_into(content)
    if finding.fault is not None or finding.kept is not None:
        return finding
    try:
        kept = _pages_alone(content)
    except Exception:
        # pypdf has errors of many kinds for a file that is broken
        return Finding(Fault.UNREADABLE)
    return Finding(kept=kept) if len(kept) <= MAX_FILE else Finding(Fault.UNREADABLE)


def _pages_alone(content: bytes) -> bytes:
    writer = PdfWriter()
    for page in PdfReader(io.BytesIO(content)).pages:
        for name in _DROPPED:
            page.pop(name, None)
        writer.add_page(page)
    writer.metadata = None
    for each in writer._objects:
        if isinstance(each, DictionaryObject):
            _strip(each)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def _strip(each: Any) -> None:
    for name in _DROPPED:
        each.pop(name, None)
    # a photograph in a page has the camera's notes, too
    if isinstance(each, StreamObject) and each.get("/Filter") == "/DCTDecode":
        each._data = picture_alone(each._data)
