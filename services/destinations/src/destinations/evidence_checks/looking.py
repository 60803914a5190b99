"""One file from its bytes to what is kept of it. CPU work of the limited process only."""

import io
import time
from itertools import islice
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin
from pypdf import PdfReader

from common.files import MAX_FILE
from destinations.evidence_checks.findings import LOOKED_FOR, Fault, Finding

MAX_PIXELS = 40_000_000
"""More are not decoded: a telephone takes fewer."""

PAGES = 20
"""Of a PDF, so many must unpack: an annex of a thousand pages would take the time of all who wait."""

TEXT_SECONDS = 3.0
"""Of processor time; the look itself must fit beside them."""

_PICTURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG"}
# MAX_PIXELS stands in its place
Image.MAX_IMAGE_PIXELS = None


def looked_into(content: bytes) -> Finding:
    """What is wrong with a file, or what is kept of it: a picture's pixels alone, a PDF as it is."""
    encoding = next((name for mark, name in _PICTURES.items() if content.startswith(mark)), None)
    return _pdf(content) if encoding is None else _picture(content, encoding)


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


def _pdf(content: bytes) -> Finding:
    fault = _fault_of_pdf(content)
    return Finding(fault) if fault else Finding(words=_words_of_pdf(content))


def _words_of_pdf(content: bytes) -> tuple[str, ...]:
    """The words that are looked for, in the text of the first pages as far as a few seconds bring them out."""
    found: set[str] = set()
    until = time.process_time() + TEXT_SECONDS
    try:
        for page in islice(PdfReader(io.BytesIO(content)).pages, PAGES):
            if time.process_time() > until:
                break
            # letters of one word may stand apart
            text = "".join(page.extract_text().split())
            found |= {word for word in LOOKED_FOR if word in text}
    except Exception:  # noqa: S110 - what can be shown need not have a text that can be read
        pass
    return tuple(word for word in LOOKED_FOR if word in found)


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
