"""One photo from its bytes to pixels, and back without anything else that the file held."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from registry.photo_checks.rules import (
    DOTS_PER_INCH,
    HEIGHT,
    LARGEST,
    SMALLEST,
    WIDTH,
    Check,
    judged,
)

MAX_PIXELS = 40_000_000
"""More are not decoded: a telephone takes fewer."""

QUALITY = 92
_TRUE_COLOUR = "RGB"
_ORIENTATION = 0x0112
_ON_ITS_SIDE = range(5, 9)
# MAX_PIXELS stands in its place
Image.MAX_IMAGE_PIXELS = None

Pixels = NDArray[np.uint8]
"""Height × width × (red, green, blue)."""


def opened(content: bytes) -> tuple[Pixels | None, list[Check]]:
    """The pixels of a file, scaled where they are others than they should be, and the checks of the file itself.

    No pixels where the other checks cannot be made.
    """
    size = judged("photo_size", SMALLEST <= len(content) <= LARGEST, len(content))
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG",))
        pixels, dots = _pixels(image), image.info.get("dpi")
        if image.width * image.height > MAX_PIXELS:
            return None, [pixels, size]
        # a larger one is not kept, and judged as well by fewer pixels
        image.draft(None, (2 * WIDTH, 2 * HEIGHT))
        image.load()
        upright = ImageOps.exif_transpose(image)
    except Exception:
        # Pillow has errors of many kinds for a file that is broken
        return None, [judged("photo_format", passes=False), size]
    plain = upright.convert(_TRUE_COLOUR)
    scaled = plain if plain.size == (WIDTH, HEIGHT) else plain.resize((WIDTH, HEIGHT))
    checks = [judged("photo_format", image.mode == _TRUE_COLOUR, image.mode), pixels, size]
    if dots is not None:
        exact = all(round(each) == DOTS_PER_INCH for each in dots)
        checks.append(judged("photo_dpi", exact, round(float(min(dots)), 1)))
    return np.asarray(scaled), checks


def encoded(pixels: Pixels) -> bytes:
    """The photo as it is kept: its pixels alone, since an opened image keeps its comment."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=QUALITY, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return content.getvalue()


def _pixels(image: Image.Image) -> Check:
    width, height = image.size
    if image.getexif().get(_ORIENTATION, 1) in _ON_ITS_SIDE:
        width, height = height, width
    return judged("photo_pixels", (width, height) == (WIDTH, HEIGHT), f"{width}x{height}")
