"""Pictures without what programs note beside them: place, device, time, thumbnails, texts, and what follows their end.

Nothing is decoded, and no pixel changes: segments and chunks are kept or left out. What was taken sideways stays so.
"""

import zlib
from collections.abc import Iterator

from common.files.refusals import POINTER, unreadable

MAX_PIXELS = 40_000_000
"""What a viewer unpacks into about 160 MB."""

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"sBIT", b"bKGD", b"pHYs"}
)
_JPEG = b"\xff\xd8"
_END, _SCAN, _COMMENT = 0xD9, 0xDA, 0xFE
# of application segments the first gives the resolution, the last but one says how colours are stored
_APPLICATION, _APPLICATION_KEPT = range(0xE0, 0xF0), frozenset({0xE0, 0xEE})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})


class _Broken(Exception):
    """The content does not have the form that its beginning promises."""


def picture_alone(content: bytes, pointer: str = POINTER) -> bytes:
    """A JPEG or PNG without its notes, any other file as it is; raises FileRefused for a broken or huge picture."""
    made = _png if content.startswith(_PNG) else _jpeg if content.startswith(_JPEG) else None
    if made is None:
        return content
    try:
        return b"".join(made(content, pointer))
    except (_Broken, IndexError):
        raise unreadable("picture_broken", pointer=pointer) from None


def _png(content: bytes, pointer: str) -> Iterator[bytes]:
    yield _PNG
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        chunk = content[at : at + 12 + length]
        if len(chunk) != 12 + length or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
            raise _Broken
        if (at == len(_PNG)) is not (kind == b"IHDR"):
            raise _Broken
        if kind == b"IHDR":
            _must_be_viewable(int.from_bytes(chunk[8:12]), int.from_bytes(chunk[12:16]), pointer)
        if kind in _PNG_KEPT:
            yield chunk
        at += len(chunk)


def _jpeg(content: bytes, pointer: str) -> Iterator[bytes]:
    yield _JPEG
    at, is_framed = len(_JPEG), False
    while content[at + 1] != _END:
        marker = content[at + 1]
        if content[at] != 0xFF:
            raise _Broken
        length = 2 + (0 if marker in _ALONE else int.from_bytes(content[at + 2 : at + 4]))
        segment = content[at : at + length]
        if len(segment) != length or length < (2 if marker in _ALONE else 4):
            raise _Broken
        if marker in _FRAMES:
            is_framed = True
            _must_be_viewable(int.from_bytes(segment[5:7]), int.from_bytes(segment[7:9]), pointer)
        if not (marker == _COMMENT or (marker in _APPLICATION and marker not in _APPLICATION_KEPT)):
            yield segment
        at += length
        if marker == _SCAN:
            begun, at = at, _end_of_scan(content, at)
            yield content[begun:at]
    if not is_framed:
        raise _Broken
    yield bytes([0xFF, _END])


def _end_of_scan(content: bytes, at: int) -> int:
    """Where compressed data end: at a marker other than a restart; a zero follows each of their bytes 0xFF."""
    while True:
        at = content.find(0xFF, at)
        if at < 0:
            raise _Broken
        if content[at + 1] != 0 and content[at + 1] not in _ALONE:
            return at
        at += 2


def _must_be_viewable(width: int, height: int, pointer: str) -> None:
    if width * height == 0:
        raise _Broken
    if width * height > MAX_PIXELS:
        raise unreadable("picture_too_large", pointer=pointer)
