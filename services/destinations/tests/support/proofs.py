"""Files as people send them for evidence, whole and broken."""

import io
import zlib

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

GPS_IFD, LATITUDE = 0x8825, 2
ORIENTATION = 0x0112
COMMENT = b"in the house of the canary"
_TURNED = 6


def photographed(size: tuple[int, int] = (80, 60), encoding: str = "JPEG") -> bytes:
    """A picture with a position, a comment and a thumbnail's device, taken with the telephone on its side."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[ORIENTATION] = _TURNED
    exif[0x010F] = "Canaryphone"
    exif.get_ifd(GPS_IFD)[LATITUDE] = (34.0, 45.0, 12.5)
    content = io.BytesIO()
    options = {"comment": COMMENT, "quality": 80} if encoding == "JPEG" else {}
    image.save(content, encoding, exif=exif, **options)
    return content.getvalue()


def blank_png(width: int, height: int) -> bytes:
    """A grey picture of so many pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 0, 0, 0, 0])
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def pdf(*, pages: int = 1, password: str | None = None, content: bytes = b"BT ET") -> bytes:
    """A PDF, each page with the content."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(100, 100)
        stream = DecodedStreamObject()
        stream.set_data(content)
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode(9))
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def worded(text: str) -> bytes:
    """A PDF of one page with a text, whose letters stand apart."""
    codes = {letter: at + 1 for at, letter in enumerate(dict.fromkeys(text))}
    mapped = "".join(f"<{code:04x}> <{ord(letter):04x}>\n" for letter, code in codes.items())
    to_unicode = DecodedStreamObject()
    to_unicode.set_data(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <0000> <ffff> "
        b"endcodespacerange\n" + f"{len(codes)} beginbfchar\n{mapped}endbfchar endcmap end end".encode()
    )
    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    cid = {"/Type": "/Font", "/Subtype": "/CIDFontType2", "/BaseFont": "/F"}
    names = {NameObject(key): NameObject(value) for key, value in cid.items()}
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/F"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([DictionaryObject(names)]),
            NameObject("/ToUnicode"): writer._add_object(to_unicode),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
    )
    stream = DecodedStreamObject()
    shown = " ".join(f"<{codes[letter]:04x}> Tj 40 0 Td" for letter in text)
    stream.set_data(f"BT /F1 12 Tf 10 50 Td {shown} ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def bomb(megabytes: int = 200) -> bytes:
    """A PDF of less than a megabyte whose only page unpacks to so many."""
    return pdf(content=bytes(megabytes * 1024 * 1024))
