"""One file from its bytes to what is kept of it. CPU work of the limited process only."""

import io
from itertools import islice
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin
from pypdf import PdfReader

from common.files import MAX_FILE
from destinations.evidence_checks.findings import Fault, Finding

MAX_PIXELS = 40_000_000
"""More are not decoded: a telephone takes fewer."""

PAGES = 20
"""Of a PDF, so many must unpack: an annex of a thousand pages would take the time of all who wait."""

_PICTURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG"}
# MAX_PIXELS stands in its place
Image.MAX_IMAGE_PIXELS = None


def looked_into(content: bytes) -> Finding:
    """What is wrong with a file, or what is kept of it: a picture's pixels alone, a PDF as it is."""
    encoding = next((name for mark, name in _PICTURES.items() if content.startswith(mark)), None)
    return Finding(_fault_of_pdf(content)) if encoding is None else _picture(content, encoding)


def _picture(content: bytes, encoding: str) -> Finding:
    try:
        image = Image.open(io.BytesIO(content), formats=(encoding,))
        if image.width * image.height > MAX_PIXELS:
            return Finding(Fault.TOO_MANY_PIXELS)
        image.load()
        kept = _encoded(image, encoding)
    except Exception:
        # Pillow has errors of many kinds for a file that is broken
        return Finding(Fault.UNREADABLE)
    return Finding(kept=kept) if len(kept) <= MAX_FILE else Finding(Fault.UNREADABLE)


def _encoded(image: Image.Image, encoding: str) -> bytes:
    """The pixels, turned as they are to be seen, without anything else that the file held.

    A JPEG keeps its tables, so that it neither grows nor loses more than once.
    """
    options: dict[str, Any] = {}
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        options = {"qtables": image.quantization, "subsampling": JpegImagePlugin.get_sampling(image)}
    elif "transparency" in image.info:
        options = {"transparency": image.info["transparency"]}
    upright = ImageOps.exif_transpose(image)
    # what an image keeps of its file, its comment and profile among it, is written again
    upright.info = {}
    content = io.BytesIO()
    upright.save(content, encoding, **options)
    return content.getvalue()


def _fault_of_pdf(content: bytes) -> Fault | None:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            return Fault.ENCRYPTED
        if not len(reader.pages):
            return Fault.UNREADABLE
        for page in islice(reader.pages, PAGES):
            # unpacks what stands on the page; pypdf ends the work where a stream unpacks without end
            page.get_contents()
    except Exception:
        # as Pillow's; a password that it cannot try is one, too
        return Fault.ENCRYPTED if b"/Encrypt" in content else Fault.UNREADABLE
    return None
