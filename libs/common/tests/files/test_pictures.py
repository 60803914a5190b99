"""Pictures keep their pixels and lose their notes; broken and huge ones are refused."""

import io
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from common.errors import Invalid
from common.files.pictures import picture_alone

CANARY = "金丝雀县人民医院"


def picture() -> Image.Image:
    return Image.effect_mandelbrot((64, 48), (-3, -2.5, 2, 2.5), 40).convert("RGB")


def jpeg(*, progressive: bool = False, restarts: int = 0) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "canary"
    exif[0x9286] = CANARY
    content = io.BytesIO()
    picture().save(
        content, "JPEG", exif=exif, comment=CANARY.encode(), progressive=progressive, restart_marker_rows=restarts
    )
    return content.getvalue() + CANARY.encode()


def png() -> bytes:
    notes = PngInfo()
    notes.add_itxt("Author", CANARY)
    content = io.BytesIO()
    picture().save(content, "PNG", pnginfo=notes)
    return content.getvalue() + CANARY.encode()


@pytest.mark.parametrize(
    "content", [jpeg(), jpeg(progressive=True), jpeg(restarts=1), png()], ids=["jpeg", "progressive", "restarts", "png"]
)
def test_a_picture_keeps_its_pixels_and_nothing_else(content: bytes) -> None:
    alone = picture_alone(content)
    assert CANARY.encode() in content
    assert CANARY.encode() not in alone
    assert b"canary" not in alone
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(alone)) as after:
        assert (after.mode, after.size, after.tobytes()) == (before.mode, before.size, before.tobytes())
    assert picture_alone(alone) == alone


def huge_png(content: bytes) -> bytes:
    header = b"IHDR" + (40_000).to_bytes(4) * 2 + content[24:29]
    return content[:12] + header + zlib.crc32(header).to_bytes(4) + content[33:]


def huge_jpeg(content: bytes) -> bytes:
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + (40_000).to_bytes(2) * 2 + content[at + 9 :]


@pytest.mark.parametrize(
    ("broken", "content", "rule"),
    [
        (huge_png, png(), "picture_too_large"),
        (huge_jpeg, jpeg(), "picture_too_large"),
        (lambda content: content[:-200], png(), "picture_broken"),
        (lambda content: content[:400], jpeg(), "picture_broken"),
        (lambda content: content[:3] + bytes(60), jpeg(), "picture_broken"),
        (lambda content: content[:40] + b"\0" + content[41:], png(), "picture_broken"),
        (lambda content: content[:2] + content[-2 - len(CANARY.encode()) :], jpeg(), "picture_broken"),
    ],
    ids=["huge png", "huge jpeg", "cut png", "cut jpeg", "zeros", "changed", "no frame"],
)
def test_what_is_no_picture_to_look_at_is_refused(broken: Callable[[bytes], bytes], content: bytes, rule: str) -> None:
    with pytest.raises(Invalid) as refusal:
        picture_alone(broken(content))
    assert [(each.pointer, each.rule) for each in refusal.value.problems] == [("/file", rule)]


def test_a_pdf_stays_as_it_is() -> None:
    assert picture_alone(b"%PDF-1.7\n%%EOF\n") == b"%PDF-1.7\n%%EOF\n"
