"""Photos for tests: a public-domain portrait (NASA, Eileen Collins) before a blue ground, and ways to spoil it."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from PIL import Image, ImageDraw, ImageFilter

BLUE = (67, 142, 219)

Spoil = Callable[[Image.Image], Image.Image]


@cache
def portrait() -> Image.Image:
    """480 × 640, all checks pass."""
    return Image.open(Path(__file__).with_name("portrait.jpg")).convert("RGB")


def jpeg(spoil: Spoil = lambda image: image, *, quality: int = 92, dpi: int = 300) -> bytes:
    """The portrait, spoilt, as a file."""
    content = io.BytesIO()
    spoil(portrait().copy()).save(content, "JPEG", quality=quality, dpi=(dpi, dpi))
    return content.getvalue()


def zipped(*members: tuple[str | ZipInfo, bytes], method: int = ZIP_DEFLATED) -> bytes:
    """A ZIP file, packed by a method of `zipfile`."""
    content = io.BytesIO()
    with ZipFile(content, "w", method) as file:
        for name, photo in members:
            file.writestr(name, photo)
    return content.getvalue()


def before(colour: tuple[int, int, int]) -> Spoil:
    """A blank ground of a colour in the upper corners, down to the shoulders."""

    def paint(image: Image.Image) -> Image.Image:
        draw = ImageDraw.Draw(image)
        for left, right in ((0, 79), (400, 479)):
            draw.rectangle((left, 0, right, 330), fill=colour)
        draw.rectangle((0, 0, 479, 70), fill=colour)
        return image

    return paint


def framed(image: Image.Image) -> Image.Image:
    """A black frame of three pixels."""
    ImageDraw.Draw(image).rectangle((0, 0, 479, 639), outline=(0, 0, 0), width=3)
    return image


def accompanied(image: Image.Image) -> Image.Image:
    """A second, smaller face beside the head."""
    image.paste(image.crop((120, 60, 380, 400)).resize((130, 170)), (0, 40))
    return image


def faceless(image: Image.Image) -> Image.Image:
    """Hair from the brow to the chin."""
    ImageDraw.Draw(image).ellipse((110, 160, 370, 460), fill=(120, 90, 50))
    return image


def blurred(image: Image.Image) -> Image.Image:
    """Out of focus."""
    return image.filter(ImageFilter.GaussianBlur(3))


def moved(down: int) -> Spoil:
    """The sitter further down, the ground filled above."""

    def move(image: Image.Image) -> Image.Image:
        return image.transform(image.size, Image.Transform.AFFINE, (1, 0, 0, 0, 1, -down), fillcolor=BLUE)

    return move


def far(image: Image.Image) -> Image.Image:
    """The sitter at two thirds of the size."""
    ground = Image.new("RGB", image.size, BLUE)
    ground.paste(image.resize((320, 427)), (80, 213))
    return ground


def tilted(image: Image.Image) -> Image.Image:
    """The head to one side."""
    return image.rotate(12, resample=Image.Resampling.BICUBIC, fillcolor=BLUE)
